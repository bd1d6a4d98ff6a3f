//! A learning-rate schedule that can be overridden: somebody else's inside, what a person asked for on top.

use std::sync::Arc;

use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::lr_scheduler::{LrScheduler, LrSchedulerRecord};
use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

use crate::flow::{Joint, Scope};

/// The group of parameters that a schedule for all of them belongs to, as burn keys its record.
const ALL: &str = "0";
/// How many steps of a schedule are looked at to see whether it has groups: groups may start alike.
const LOOKED_AT: usize = 16;

/// A schedule of burn's, or of yours, that yields to the learning rate asked for in the window.
///
/// The schedule inside goes on step by step whatever is asked for, so that taking it up again finds it where it would be. While
/// nothing is asked for, its values pass bit by bit. Records are its own: a checkpoint does not tell whether it was wrapped.
///
/// Where groups of parameters have schedules of their own, wrap each of those; all of them obey:
///
/// ```no_run
/// # use burn::{lr_scheduler::module_lr_scheduler::ModuleLrScheduler, module::ParamGroup};
/// # fn schedule(scope: &emberscope::Scope) -> ModuleLrScheduler {
/// ModuleLrScheduler::new(scope.scheduler(1e-3))
///     .with_group(ParamGroup::from_predicate("backbone"), scope.scheduler(1e-5))
/// # }
/// ```
///
/// One that has groups inside would lose them; [`Strategy`](super::Strategy) sees that and does not begin to train with it.
#[derive(Clone)]
pub struct Scheduler {
    theirs: ModuleLrScheduler,
    joint: Arc<Joint>,
}

impl std::fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scheduler")
            .field("joint", &self.joint)
            .finish_non_exhaustive()
    }
}

impl Scheduler {
    /// Wraps a schedule for all parameters.
    #[must_use]
    pub fn new(scope: &Scope, theirs: impl Into<ModuleLrScheduler>) -> Self {
        let (theirs, joint) = (theirs.into(), scope.joint());
        joint.obey(Box::new(theirs.clone()));
        Self { theirs, joint }
    }
}

impl LrScheduler for Scheduler {
    fn step(&mut self) -> f64 {
        let scheduled = self.theirs.step().base();
        self.joint.rate().of(scheduled)
    }

    fn to_record(&self) -> LrSchedulerRecord {
        self.theirs.to_record().record(ALL)
    }

    fn load_record(&mut self, record: LrSchedulerRecord) {
        let record = LrSchedulerRecord::new().with_record(ALL, record);
        self.theirs = self.theirs.clone().load_record(record);
    }
}

/// Whether a wrapped schedule has other rates for some parameters of a model than for the rest: wrapping it loses them.
pub(super) fn loses_groups<M: Module>(joint: &Joint, model: &M) -> bool {
    let mut parameters = Parameters::default();
    model.visit(&mut parameters);
    joint
        .take_schedules()
        .into_iter()
        .filter_map(|schedule| schedule.downcast::<ModuleLrScheduler>().ok())
        .any(|schedule| has_groups(*schedule, &parameters.all))
}

fn has_groups(mut schedule: ModuleLrScheduler, parameters: &[(ParamId, String)]) -> bool {
    (0..LOOKED_AT).any(|_| {
        let rates = schedule.step();
        let base = rates.base().to_bits();
        parameters
            .iter()
            .any(|(id, path)| rates.lr_from_param(*id, Some(path)).to_bits() != base)
    })
}

/// Every parameter of a module, with its path as burn's optimizers write it.
#[derive(Default)]
struct Parameters {
    path: Vec<String>,
    all: Vec<(ParamId, String)>,
}

impl ModuleVisitor for Parameters {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        self.all.push((parameter.id, self.path.join(".")));
    }

    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }
}
