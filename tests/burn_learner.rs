//! burn-train programs, watched and steered: what is trained stays the same to the bit, and what is shown is what burn told.

use std::path::Path;
use std::sync::atomic::Ordering;

use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::module::{Module as _, ParamGroup};
use burn::optim::AdamConfig;
use burn::tensor::Device;
use burn::train::checkpoint::KeepLastNCheckpoints;
use burn::train::metric::store::{Aggregate, Direction, Split};
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::{
    EvaluatorBuilder, ExecutionStrategy, Learner, LearningResult, MetricEarlyStoppingStrategy,
    MultiDeviceOptim, StoppingCondition, SupervisedTraining,
};
use emberscope::Scope;
use emberscope::flow::Control;
use emberscope::message::{Command, LearningRate, Level, Message, Reply};
use emberscope::worker::learner::{Renderer, Strategy, load_checkpoint};

#[path = "support/learner.rs"]
mod learner;

use learner::{
    BATCH, Curves, HELD_OUT, Net, PER_EPOCH, Plain, STEPS_BEFORE_PANIC, Samples, TRAINED_ON, Told,
    alone, bits, learner, loader, schedule, training, training_on, watched,
};

type Variant = fn(SupervisedTraining<Net>) -> SupervisedTraining<Net>;

/// As a person does: a pause once training goes, and a resume when it holds.
fn pause_and_resume(told: &Told, control: &Control) {
    if told.newest_step() >= 4 && !told.has_answered(Command::Pause) {
        control.ask(Command::Pause);
    }
    if told.has_answered(Command::Pause) && control.is_pausing() {
        control.ask(Command::Resume);
    }
}

fn nobody(_: &Told, _: &Control) {}

/// Trains with a strategy and renderer of the scope's.
fn train(
    scope: &Scope,
    directory: &Path,
    change: impl FnOnce(SupervisedTraining<Net>) -> SupervisedTraining<Net>,
) -> LearningResult<Net> {
    change(training(directory))
        .renderer(scope.renderer())
        .with_training_strategy(scope.strategy(Device::flex()))
        .launch(learner(scope.scheduler(schedule())))
}

/// What a run showed of burn's metrics: all but what the strategy measured itself.
fn of_burn(told: &Told) -> Curves {
    let mut curves = told.curves();
    curves.retain(|name, _| {
        !["weights/", "gradients/", "updates/"]
            .iter()
            .any(|own| name.starts_with(own))
    });
    curves
}

fn files(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.expect("a readable folder");
        entry.file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

#[test]
fn a_watched_training_is_burns_own_bit_by_bit_and_shows_what_burn_told() {
    let _turn = alone();
    let variants: [(&str, Variant); 4] = [
        ("plain", |training| training),
        ("accumulation", |training| training.grads_accumulation(3)),
        ("early stopping", |training| {
            // Accuracy never falls below the lowest number: the third epoch is not reached.
            training
                .num_epochs(5)
                .early_stopping(MetricEarlyStoppingStrategy::new(
                    &AccuracyMetric::new(),
                    Aggregate::Mean,
                    Direction::Lowest,
                    Split::Train,
                    StoppingCondition::NoImprovementSince { n_epochs: 1 },
                ))
        }),
        ("checkpoints", |training| {
            training
                .with_default_checkpointers()
                .with_checkpointing_strategy(KeepLastNCheckpoints::new(2))
        }),
    ];
    for (name, change) in variants {
        let (plain, ours) = (folder(), folder());
        let received = Plain::default();
        let theirs = change(training(plain.path()))
            .renderer(Box::new(received.clone()))
            .launch(learner(schedule()));
        let (result, told) = watched(None, pause_and_resume, |scope| {
            train(scope, ours.path(), change)
        });

        assert_eq!(bits(&result.model), bits(&theirs.model), "{name}");
        let received = received.received();
        assert_eq!(of_burn(&told), received.curves, "{name}");
        assert!(result.error.is_none() && result.interrupted.is_none());
        assert!(told.has_answered(Command::Pause) && told.has_answered(Command::Resume));
        let checkpoints = files(&ours.path().join("checkpoint"));
        assert_eq!(
            checkpoints,
            files(&plain.path().join("checkpoint")),
            "{name}"
        );
        assert_eq!(checkpoints.is_empty(), name != "checkpoints");

        // Between them there may be texts of single batches.
        let mut texts = told.texts().into_iter().map(|(_, text)| text.to_owned());
        for text in &received.texts {
            assert!(texts.any(|told| told == *text), "{name}: {text}");
        }
        let steps = received.curves["Loss/train"].len() as u64;
        assert!(told.steps().into_iter().eq(1..=steps), "{name}");
        if name == "early stopping" {
            assert!(steps < 5 * PER_EPOCH, "{steps}");
        } else {
            assert_eq!(steps, 3 * PER_EPOCH);
        }
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

#[test]
fn units_notes_progress_and_epochs_are_told() {
    let _turn = alone();
    let directory = folder();
    let (_, told) = watched(None, nobody, |scope| {
        train(scope, directory.path(), SupervisedTraining::summary)
    });
    let last = |told: &Told| {
        told.messages
            .iter()
            .rev()
            .find_map(|message| match message {
                Message::Progress(progress) => Some(*progress),
                _ => None,
            })
    };
    let progress = last(&told).expect("progress is told");
    assert_eq!((progress.epoch, progress.epochs), (3, 3));
    assert_eq!((progress.step, progress.steps), (21, 21));
    let activities: Vec<&str> = told
        .messages
        .iter()
        .filter_map(|message| match message {
            Message::Activity(activity) => Some(activity.as_str()),
            _ => None,
        })
        .collect();
    let epoch = ["validating", ""];
    let expected = [["first step", ""], epoch, epoch, epoch].concat();
    assert_eq!(activities, expected);
    let texts = told.texts();
    let is_told = |start: &str| texts.iter().any(|(_, text)| text.starts_with(start));
    for start in [
        "epoch 1 train: Loss ",
        "epoch 3 valid: Loss ",
        "training: epochs 1 to 3",
    ] {
        assert!(is_told(start), "{start}: {texts:?}");
    }
    let summary = texts
        .iter()
        .find(|(level, text)| *level == Level::Success && text.contains("Accuracy"));
    assert!(summary.is_some(), "{texts:?}");
    let norms: Vec<_> = told
        .points_of("updates/hidden")
        .into_iter()
        .map(|(step, _)| step)
        .collect();
    assert_eq!(norms, [1, 10, 20]);
    assert!(
        told.points_of("gradients/output")
            .iter()
            .all(|(_, norm)| *norm > 0.0)
    );
}

/// Asks for commands, each once the one before was answered, the first when `step` is reached.
fn in_turn(step: u64, commands: Vec<Command>) -> impl FnMut(&Told, &Control) + Send + 'static {
    let mut asked: Vec<String> = Vec::new();
    move |told, control| {
        let count = |all: &[String], one: &String| all.iter().filter(|all| *all == one).count();
        let answered: Vec<String> = told
            .answers()
            .iter()
            .map(|answer| answer.command.to_string())
            .collect();
        let are_answered = asked
            .iter()
            .all(|command| count(&answered, command) >= count(&asked, command));
        if told.newest_step() >= step
            && are_answered
            && let Some(command) = commands.get(asked.len())
        {
            asked.push(command.to_string());
            control.ask(*command);
        }
    }
}

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
    let commands = vec![Command::Pause, Command::Evaluate, Command::Resume];
    let (result, told) = watched(None, in_turn(1, commands), |scope| {
        scope.control().ask(Command::Step);
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
    let commands = vec![Command::Pause, Command::Checkpoint, Command::Stop];
    let (result, told) = watched(Some(run.path()), in_turn(9, commands), |scope| {
        train(scope, work.path(), |training| training)
    });
    let (step, reply) = told.answer(Command::Checkpoint);
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
    let (result, told) = watched(None, in_turn(3, vec![Command::Checkpoint]), |scope| {
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

    let (_, told) = watched(None, in_turn(3, vec![Command::Checkpoint]), |scope| {
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
        scope.control().ask(Command::Step);
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
        for _ in 0..2 {
            scope.control().ask(Command::Step);
        }
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
    let (_, told) = watched(None, in_turn(2, vec![rate]), |scope| {
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
fn a_wrapped_schedule_has_the_records_of_the_one_inside() {
    watched(None, nobody, |scope| {
        let rate = |schedule: &mut ModuleLrScheduler| schedule.step().base().to_bits();
        let mut wrapped: ModuleLrScheduler = scope.scheduler(schedule()).into();
        let mut plain = schedule();
        for _ in 0..5 {
            assert_eq!(rate(&mut wrapped), rate(&mut plain));
        }
        let mut other = schedule().load_record(wrapped.to_record());
        let again: ModuleLrScheduler = scope.scheduler(schedule()).into();
        let mut again = again.load_record(plain.to_record());
        let next = rate(&mut plain);
        assert_eq!(rate(&mut other), next);
        assert_eq!(rate(&mut again), next);
    });
}

#[test]
fn groups_of_parameters_keep_their_rates_or_nothing_is_trained() {
    let _turn = alone();
    let (plain, ours) = (folder(), folder());
    let group = || ParamGroup::from_predicate("output");
    let theirs = training(plain.path())
        .renderer(Box::new(Plain::default()))
        .launch(learner(schedule().with_group(group(), 0.0)));
    let run = |scope: &Scope, schedule: ModuleLrScheduler| {
        training(ours.path())
            .renderer(scope.renderer())
            .with_training_strategy(scope.strategy(Device::flex()))
            .launch(learner(schedule))
    };
    let (result, _) = watched(None, nobody, |scope| {
        let each = ModuleLrScheduler::new(scope.scheduler(schedule()))
            .with_group(group(), scope.scheduler(0.0));
        run(scope, each)
    });
    assert_eq!(bits(&result.model), bits(&theirs.model));

    let (result, told) = watched(None, nobody, |scope| {
        let whole = scope.scheduler(schedule().with_group(group(), 0.0));
        run(scope, whole.into())
    });
    let reason = result
        .interrupted
        .and_then(|interruption| interruption.reason);
    assert!(reason.is_some_and(|reason| reason.contains("groups of parameters")));
    assert!(told.points.is_empty());
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

#[test]
fn data_that_fails_midway_ends_the_training_with_a_message_and_what_was_measured() {
    let _turn = alone();
    let directory = folder();
    let (result, told) = watched(None, nobody, |scope| {
        // The tenth step's batch.
        let train = Samples::new(TRAINED_ON).failing_at(TRAINED_ON + 2 * BATCH + 3);
        training_on(directory.path(), train, Samples::new(HELD_OUT))
            .renderer(scope.renderer())
            .with_training_strategy(scope.strategy(Device::flex()))
            .launch(learner(schedule()))
    });
    let error = result.error.expect("the data failed");
    assert!(error.to_string().contains("the disk has a hole"), "{error}");
    assert_eq!(told.points_of("Loss/train").len(), 9);
    let is_told = told
        .texts()
        .into_iter()
        .any(|(level, text)| level == Level::Error && text.contains("the disk has a hole"));
    assert!(is_told, "{:?}", told.texts());
}

#[test]
fn a_step_that_panics_leaves_what_was_measured_and_hangs_nothing() {
    let _turn = alone();
    let directory = folder();
    let (result, told) = watched(None, nobody, |scope| {
        STEPS_BEFORE_PANIC.store(5, Ordering::Relaxed);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            train(scope, directory.path(), |training| training)
        }))
        .map(drop)
    });
    STEPS_BEFORE_PANIC.store(usize::MAX, Ordering::Relaxed);
    assert!(result.is_err());
    assert!(told.steps().into_iter().eq(1..=6));
    // The last batch may still be with burn when its processor goes.
    assert!(told.points_of("Loss/train").len() >= 4);
}

#[test]
fn a_training_taken_up_at_a_later_epoch_goes_on_counting() {
    let _turn = alone();
    let directory = folder();
    let change: Variant = |training| {
        training
            .with_default_checkpointers()
            .with_checkpointing_strategy(KeepLastNCheckpoints::new(3))
    };
    let (first, _) = watched(None, nobody, |scope| {
        train(scope, directory.path(), |training| {
            change(training).num_epochs(2)
        })
    });
    assert!(first.error.is_none());
    let (_, told) = watched(None, nobody, |scope| {
        train(scope, directory.path(), |training| {
            change(training).checkpoint(2)
        })
    });
    let third = (2 * PER_EPOCH + 1)..=(3 * PER_EPOCH);
    assert!(told.steps().into_iter().eq(third.clone()));
    let steps = told
        .points_of("Loss/train")
        .into_iter()
        .map(|(step, _)| step);
    assert!(steps.eq(third));
}

#[test]
fn burns_own_strategy_shows_the_same_by_the_renderer_alone_and_stops() {
    let _turn = alone();
    let (plain, ours) = (folder(), folder());
    let received = Plain::default();
    let theirs = training(plain.path())
        .renderer(Box::new(received.clone()))
        .launch(learner(schedule()));
    let (result, told) = watched(None, nobody, |scope| {
        training(ours.path())
            .renderer(scope.renderer())
            .launch(learner(schedule()))
    });
    assert_eq!(bits(&result.model), bits(&theirs.model));
    assert_eq!(told.curves(), received.received().curves);
    assert!(told.steps().into_iter().eq(1..=3 * PER_EPOCH));

    let (result, told) = watched(None, in_turn(10, vec![Command::Stop]), |scope| {
        let training = training(ours.path()).num_epochs(100_000);
        let renderer = Renderer::new(scope).with_interrupter(training.interrupter());
        training
            .renderer(Box::new(renderer))
            .launch(learner(schedule()))
    });
    assert!(result.interrupted.is_some());
    assert!(told.has_answered(Command::Stop));
}

#[test]
fn metrics_of_several_devices_arrive_merged_and_say_so() {
    let _turn = alone();
    let directory = folder();
    let (result, told) = watched(None, nobody, |scope| {
        let devices = vec![Device::flex(), Device::flex()];
        training(directory.path())
            .renderer(Box::new(Renderer::new(scope).with_devices(devices.len())))
            .with_training_strategy(
                ExecutionStrategy::multi(devices, MultiDeviceOptim::OptimMainDevice).into(),
            )
            .launch(learner(schedule()))
    });
    assert!(result.error.is_none(), "{:?}", result.error);
    let series = told.series();
    assert!(
        series
            .iter()
            .all(|series| &*series.note == "merged over 2 devices")
    );
    assert!(told.points_of("Loss/train").len() >= 3 * 6);
    assert!(
        told.texts()
            .iter()
            .any(|(_, text)| text.contains("2 devices"))
    );
}

#[test]
fn an_evaluation_shows_by_its_name_with_the_mean_over_its_batches() {
    let _turn = alone();
    let directory = folder();
    let (_, told) = watched(None, nobody, |scope| {
        let model = train(scope, directory.path(), |training| training.num_epochs(1)).model;
        let evaluator = EvaluatorBuilder::new(directory.path())
            .with_application_logger(None)
            .renderer(scope.renderer())
            .metrics((LossMetric::new(), AccuracyMetric::new()))
            .build(model);
        let sets = [("near", TRAINED_ON), ("test", HELD_OUT)];
        evaluator.eval_all(sets.map(|(name, count)| (name, loader(Samples::new(count)))))
    });
    let batches = told.points_of("Accuracy/near/test");
    assert_eq!(batches.len() as u64, PER_EPOCH);
    let whole = told.points_of("Accuracy/epoch/near/test");
    let right: f64 = batches
        .iter()
        .zip([8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 2.0])
        .map(|((_, percent), count)| f64::from(*percent) * count)
        .sum();
    assert!(
        (f64::from(whole[0].1) - right / TRAINED_ON as f64).abs() < 1e-3,
        "{whole:?}"
    );
    assert_eq!(told.points_of("Loss/test").len(), HELD_OUT.div_ceil(BATCH));
    assert_eq!(told.points_of("Loss/epoch/test").len(), 1);
    let texts = told.texts();
    let is_told = texts
        .iter()
        .any(|(level, text)| *level == Level::Success && text.starts_with("evaluation near: "));
    assert!(is_told, "{texts:?}");
}
