//! What is shown of a training that nobody steers, and that it is the training it would be without.

use std::sync::atomic::Ordering;

use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::module::ParamGroup;
use burn::tensor::Device;
use burn::train::checkpoint::KeepLastNCheckpoints;
use burn::train::metric::store::{Aggregate, Direction, Split};
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::{
    EvaluatorBuilder, ExecutionStrategy, LearnerSummary, MetricEarlyStoppingStrategy,
    MultiDeviceOptim, StoppingCondition, SupervisedTraining,
};
use emberscope::Scope;
use emberscope::message::{Command, Level, Message};
use emberscope::worker::learner::Renderer;

use crate::eyes::{Plain, Told, watched};
use crate::program::{
    BATCH, HELD_OUT, Net, PER_EPOCH, STEPS_BEFORE_PANIC, Samples, TRAINED_ON, alone, bits, learner,
    loader, schedule, training, training_on,
};
use crate::{files, folder, hold_after, in_turn, nobody, of_burn, resume, train};

type Variant = fn(SupervisedTraining<Net>) -> SupervisedTraining<Net>;

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
        let (result, told) = watched(None, resume, |scope| {
            hold_after(scope, 5);
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

#[test]
fn units_notes_progress_and_epochs_are_told() {
    let _turn = alone();
    let directory = folder();
    let (_, told) = watched(None, nobody, |scope| {
        let mut result = train(scope, directory.path(), |training| training);
        // burn makes it while its files may still be written; here they are.
        let summary = LearnerSummary::new(directory.path(), &["Loss", "Accuracy"]);
        let summary = summary.expect("the training has left its files");
        result
            .renderer
            .on_train_end(Some(summary))
            .expect("nothing fails");
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
            .all(|series| series.note.ends_with("merged over 2 devices"))
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
