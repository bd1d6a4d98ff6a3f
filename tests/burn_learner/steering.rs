//! Commands: what a training does, answers and shows when a person asks.

use burn::module::Module as _;
use burn::optim::AdamConfig;
use burn::tensor::Device;
use burn::train::Learner;
use emberscope::message::{Command, LearningRate, Reply};
use emberscope::worker::learner::{Strategy, load_checkpoint};

use crate::eyes::{Plain, watched};
use crate::program::{
    BATCH, HELD_OUT, Samples, TRAINED_ON, alone, bits, learner, schedule, training, training_on,
};
use crate::{files, folder, hold_after, in_turn, nobody, train};

#[test]
fn an_evaluation_now_shows_every_metric_and_changes_nothing_of_the_training() {
    let _turn = alone();
    let (plain, ours) = (folder(), folder());
    let theirs = training(plain.path())
        .renderer(Box::new(Plain::default()))
        .launch(learner(schedule()));
    let commands = [
        [Command::Step; 3].as_slice(),
        &[Command::Evaluate, Command::Resume],
    ]
    .concat();
    let (result, told) = watched(None, in_turn(0, commands), |scope| {
        scope.control().ask(Command::Pause);
        train(scope, ours.path(), |training| training)
    });
    assert_eq!(bits(&result.model), bits(&theirs.model));
    let (step, reply) = told.answer(Command::Evaluate);
    assert_eq!(*reply, Reply::Done(format!("{HELD_OUT} samples")));
    assert_eq!(step, 3);
    let at_once = |name: &str| {
        let points = told.points_of(name);
        points.iter().filter(|(at, _)| *at == step).count()
    };
    assert_eq!(at_once("Loss/valid"), HELD_OUT.div_ceil(BATCH));
    assert_eq!(at_once("Accuracy/epoch/valid"), 1);
    assert_eq!(told.points_of("Loss/epoch/valid").len(), 4);
    assert_eq!(told.points_of("Loss/train").len(), 21);
}

#[test]
fn an_evaluation_that_fails_is_an_answer_and_training_goes_on() {
    let _turn = alone();
    let directory = folder();
    // The first validation is the one that is asked for.
    let commands = vec![Command::Evaluate, Command::Resume];
    let (result, told) = watched(None, in_turn(1, commands), |scope| {
        hold_after(scope, 1);
        let valid = Samples::new(HELD_OUT).failing_at(12);
        training_on(directory.path(), Samples::new(TRAINED_ON), valid)
            .renderer(scope.renderer())
            .with_training_strategy(scope.strategy(Device::flex()))
            .launch(learner(schedule()))
    });
    let (step, reply) = told.answer(Command::Evaluate);
    assert_eq!(step, 1);
    assert!(
        matches!(reply, Reply::Refused(reason) if reason.contains("the disk has a hole")),
        "{reply:?}"
    );
    assert!(result.error.is_none());
    assert_eq!(told.points_of("Loss/train").len(), 21);
}

#[test]
fn a_checkpoint_now_loads_back_to_the_bit() {
    let _turn = alone();
    let (work, run) = (folder(), folder());
    let commands = vec![Command::Checkpoint, Command::Stop];
    let (result, told) = watched(Some(run.path()), in_turn(9, commands), |scope| {
        hold_after(scope, 9);
        train(scope, work.path(), |training| training)
    });
    let (step, reply) = told.answer(Command::Checkpoint);
    assert_eq!(step, 9);
    let directory = run.path().join("checkpoints");
    assert_eq!(
        *reply,
        Reply::Done(format!("step {step} in {}", directory.display()))
    );
    let names = ["model", "optim", "scheduler"].map(|part| format!("{part}-{step}.bpk"));
    assert_eq!(files(&directory), names);
    let other = Learner::new(learner(0.1).model(), AdamConfig::new().init(), schedule());
    let mut loaded = load_checkpoint(other, &directory, step).expect("the files are whole");
    assert_eq!(bits(&loaded.model().valid()), bits(&result.model));
    // The schedule goes on where it was.
    let mut fresh = schedule();
    let next = (0..=step).map(|_| fresh.step().base()).last();
    loaded.lr_step();
    assert_eq!(Some(loaded.lr_current().base()), next);
    assert!(load_checkpoint(learner(0.1), &directory, step + 1).is_err());
}

#[test]
fn a_checkpoint_that_cannot_be_written_is_an_answer_and_training_goes_on() {
    let _turn = alone();
    let (plain, ours) = (folder(), folder());
    let theirs = training(plain.path())
        .renderer(Box::new(Plain::default()))
        .launch(learner(schedule()));
    let file = ours.path().join("in the way");
    std::fs::write(&file, "not a directory").expect("it can be written");
    let commands = [Command::Checkpoint, Command::Resume];
    let (result, told) = watched(None, in_turn(3, commands.to_vec()), |scope| {
        hold_after(scope, 3);
        let strategy = Strategy::new(scope, Device::flex()).with_checkpoints(&file);
        training(ours.path())
            .renderer(scope.renderer())
            .with_training_strategy(strategy.into())
            .launch(learner(schedule()))
    });
    let (_, reply) = told.answer(Command::Checkpoint);
    assert!(
        matches!(reply, Reply::Refused(reason) if reason.contains("in the way")),
        "{reply:?}"
    );
    assert!(result.error.is_none() && result.interrupted.is_none());
    assert_eq!(bits(&result.model), bits(&theirs.model));

    let (_, told) = watched(None, in_turn(3, commands.to_vec()), |scope| {
        hold_after(scope, 3);
        train(scope, ours.path(), |training| training)
    });
    let (_, reply) = told.answer(Command::Checkpoint);
    assert!(
        matches!(reply, Reply::Refused(reason) if reason.contains("no directory")),
        "{reply:?}"
    );
}

#[test]
fn half_a_checkpoint_is_not_left_behind() {
    let _turn = alone();
    let (work, run) = (folder(), folder());
    // A directory where the last of the three files is to go: its rename fails.
    let taken = run.path().join("checkpoints/model-1.bpk/inside");
    std::fs::create_dir_all(&taken).expect("it can be made");
    let commands = vec![Command::Checkpoint, Command::Resume];
    let (result, told) = watched(Some(run.path()), in_turn(1, commands), |scope| {
        hold_after(scope, 1);
        train(scope, work.path(), |training| training)
    });
    let (step, reply) = told.answer(Command::Checkpoint);
    assert_eq!(step, 1);
    assert!(matches!(reply, Reply::Refused(_)), "{reply:?}");
    assert_eq!(files(&run.path().join("checkpoints")), ["model-1.bpk"]);
    assert!(result.error.is_none());
}

#[test]
fn a_learning_rate_is_taken_from_the_next_step_on_and_given_back() {
    let _turn = alone();
    let directory = folder();
    let rates = [
        LearningRate::Fixed(0.0),
        LearningRate::Scaled(0.5),
        LearningRate::Scheduled,
        LearningRate::Fixed(f64::NAN),
        LearningRate::Scaled(-1.0),
    ];
    // The run is stepped on between them, from a pause.
    let mut commands = vec![];
    for rate in rates {
        commands.extend([Command::LearningRate(rate), Command::Step]);
    }
    commands.push(Command::Resume);
    let (_, told) = watched(None, in_turn(2, commands), |scope| {
        hold_after(scope, 2);
        train(scope, directory.path(), |training| training)
    });
    let shown = told.points_of("Learning Rate/train");
    let mut scheduled = schedule();
    let scheduled: Vec<f64> = (0..6).map(|_| scheduled.step().base()).collect();
    let expected = [
        scheduled[0],
        scheduled[1],
        0.0,
        scheduled[3] * 0.5,
        scheduled[4],
        scheduled[5],
    ];
    for (index, expected) in expected.into_iter().enumerate() {
        assert_eq!(shown[index].1, expected as f32, "step {}", index + 1);
    }
    let (step, reply) = told.answer(Command::LearningRate(rates[0]));
    assert_eq!((step, reply), (2, &Reply::done()));
    let refused = told
        .answers()
        .iter()
        .filter(|answer| matches!(answer.reply, Reply::Refused(_)))
        .count();
    assert_eq!(refused, 2, "{:?}", told.answers());
}

#[test]
fn without_a_wrapped_schedule_a_learning_rate_is_refused_and_it_is_said_why() {
    let _turn = alone();
    let directory = folder();
    let rate = Command::LearningRate(LearningRate::Fixed(0.5));
    let commands = vec![rate, Command::Resume];
    let (_, told) = watched(None, in_turn(2, commands), |scope| {
        hold_after(scope, 2);
        training(directory.path())
            .renderer(scope.renderer())
            .with_training_strategy(scope.strategy(Device::flex()))
            .launch(learner(schedule()))
    });
    let (_, reply) = told.answer(rate);
    assert!(
        matches!(reply, Reply::Refused(reason) if reason.contains("scope.scheduler(")),
        "{reply:?}"
    );
}

#[test]
fn a_single_step_is_one_step_and_holds_again() {
    let _turn = alone();
    let directory = folder();
    let steps = vec![Command::Step, Command::Step, Command::Step, Command::Stop];
    let (result, told) = watched(None, in_turn(0, steps), |scope| {
        scope.control().ask(Command::Pause);
        train(scope, directory.path(), |training| training)
    });
    let at: Vec<u64> = told
        .answers()
        .iter()
        .filter(|answer| answer.command == Command::Step)
        .map(|answer| answer.step)
        .collect();
    assert_eq!(at, [0, 1, 2]);
    assert!(result.interrupted.is_some());
    assert!(told.points_of("Loss/train").len() <= 3);
}

#[test]
fn a_stop_ends_through_burns_interrupter_with_everything_told() {
    let _turn = alone();
    let directory = folder();
    let (result, told) = watched(None, in_turn(10, vec![Command::Stop]), |scope| {
        train(scope, directory.path(), |training| {
            training.num_epochs(100_000)
        })
    });
    let interruption = result.interrupted.expect("it was stopped");
    assert_eq!(interruption.reason.as_deref(), Some("asked to stop"));
    assert!(result.error.is_none());
    let (step, reply) = told.answer(Command::Stop);
    assert_eq!(*reply, Reply::done());
    let losses = told.points_of("Loss/train");
    assert!(losses.iter().map(|(step, _)| *step).eq(1..=step));
}

#[test]
fn a_stop_before_the_first_step_trains_nothing() {
    let _turn = alone();
    let directory = folder();
    let (result, told) = watched(None, nobody, |scope| {
        scope.control().ask(Command::Stop);
        train(scope, directory.path(), |training| training)
    });
    assert!(result.interrupted.is_some());
    assert!(told.points.is_empty());
    assert_eq!(bits(&result.model), bits(&learner(0.1).model().valid()));
}
