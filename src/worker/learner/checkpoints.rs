//! A checkpoint when it is asked for: model, optimizer and schedule as three files of burn's, keyed by the step.
//!
//! burn alone can take the three out of a learner, and writes them by threads that end the training, or the process, when they
//! fail. So what it is given to write with here never fails: it notes what went wrong, for the answer to the command. The files
//! take their names only when all of them are whole.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use burn::lr_scheduler::LrSchedulerRecord;
use burn::optim::OptimizerRecord;
use burn::store::ModuleRecord;
use burn::train::checkpoint::{
    AsyncCheckpointer, Checkpoint, Checkpointer, CheckpointerError, CheckpointingAction,
    CheckpointingStrategy,
};
use burn::train::metric::store::EventStoreClient;
use burn::train::{Learner, LearnerModel, LearningCheckpointer};

use crate::message::Step;
use crate::whole_file::partial;
use crate::worker::transfer::panic_text;

/// What a checkpoint consists of, as burn names its files.
const PARTS: [&str; 3] = ["model", "optim", "scheduler"];

fn file(directory: &Path, part: &str, step: Step) -> PathBuf {
    directory.join(format!("{part}-{step}.bpk"))
}

/// Writes `model-STEP.bpk`, `optim-STEP.bpk` and `scheduler-STEP.bpk`, and waits until they are on the disk.
///
/// # Errors
/// What went wrong, for a person. No file has taken its name then, unless the system failed between two renames.
pub(super) fn write<M: LearnerModel>(
    learner: &Learner<M>,
    directory: &Path,
    step: Step,
    store: &EventStoreClient,
) -> Result<(), String> {
    std::fs::create_dir_all(directory).map_err(|error| error.to_string())?;
    let files = PARTS.map(|part| file(directory, part, step));
    let result = fill(learner, &files, store).and_then(|()| {
        files.iter().try_for_each(|file| {
            std::fs::rename(partial(file), file).map_err(|error| error.to_string())
        })
    });
    if result.is_err() {
        for file in &files {
            // It may not exist, and the first error is the one to tell.
            let _ = std::fs::remove_file(partial(file));
        }
    }
    result
}

/// Writes the three files under the names they have until they are whole.
fn fill<M: LearnerModel>(
    learner: &Learner<M>,
    [model, optimizer, scheduler]: &[PathBuf; 3],
    store: &EventStoreClient,
) -> Result<(), String> {
    let failure = Failure::default();
    let written = catch_unwind(AssertUnwindSafe(|| {
        let mut checkpointer: LearningCheckpointer<M> = LearningCheckpointer::new(
            failure.writer(partial(model)),
            failure.writer(partial(optimizer)),
            failure.writer(partial(scheduler)),
            Box::new(Always),
        );
        // The key is in the files' names already.
        checkpointer.checkpoint(learner, 0, store);
        // Dropping it waits for its threads.
    }));
    if let Err(payload) = written {
        failure.note(panic_text(&*payload));
    }
    failure.taken()
}

/// The first thing that went wrong.
#[derive(Clone, Debug, Default)]
struct Failure(Arc<Mutex<Option<String>>>);

impl Failure {
    fn note(&self, reason: String) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(reason);
    }

    fn taken(&self) -> Result<(), String> {
        let mut reason = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reason.take().map_or(Ok(()), Err)
    }

    fn writer<R: Checkpoint>(&self, path: PathBuf) -> AsyncCheckpointer<R> {
        AsyncCheckpointer::new(Writer {
            path,
            failure: self.clone(),
        })
    }
}

/// Writes one file; what fails is noted and not passed on.
struct Writer {
    path: PathBuf,
    failure: Failure,
}

impl<R: Checkpoint> Checkpointer<R> for Writer {
    fn save(&self, _: usize, record: R) -> Result<(), CheckpointerError> {
        let path = self.path.clone();
        match catch_unwind(AssertUnwindSafe(|| record.save(path))) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.failure.note(error.to_string()),
            Err(payload) => self.failure.note(panic_text(&*payload)),
        }
        Ok(())
    }

    fn delete(&self, _: usize) -> Result<(), CheckpointerError> {
        Ok(())
    }

    fn restore(&self, _: usize) -> Result<R, CheckpointerError> {
        R::load(self.path.clone())
    }
}

/// Saves whenever it is asked.
struct Always;

impl CheckpointingStrategy for Always {
    fn checkpointing(&mut self, _: usize, _: &EventStoreClient) -> Vec<CheckpointingAction> {
        vec![CheckpointingAction::Save]
    }
}

/// Takes a learner to where it was when a checkpoint was asked for at a step: `directory` is the one that the answer named,
/// `checkpoints` in the run's directory where nothing else was said.
///
/// # Errors
/// [`CheckpointerError`] if a file is missing or damaged.
///
/// # Panics
/// As burn does, if the records are those of another model or optimizer.
pub fn load_checkpoint<M: LearnerModel>(
    mut learner: Learner<M>,
    directory: &Path,
    step: Step,
) -> Result<Learner<M>, CheckpointerError> {
    let [model, optimizer, scheduler] = PARTS.map(|part| file(directory, part, step));
    let model: ModuleRecord = Checkpoint::load(model)?;
    let optimizer: OptimizerRecord = Checkpoint::load(optimizer)?;
    let scheduler: LrSchedulerRecord = Checkpoint::load(scheduler)?;
    learner.load_model(model);
    learner.load_optim(optimizer);
    learner.load_scheduler(scheduler);
    Ok(learner)
}
