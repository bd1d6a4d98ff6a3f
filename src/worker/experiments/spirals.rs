//! `spirals`: which of two intertwined spirals does a point of the plane belong to? (Lang and Witbrock, "Learning to Tell Two
//! Spirals Apart", 1988.)
//!
//! The points are made, not read: their noise is drawn from a seed of its own, so that the data is the same whatever seed a
//! run has.

use std::f32::consts::PI;

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::tanh;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::message::{Parameter, Values};
use crate::worker::built_in::BuiltIn;
use crate::worker::classify::{self, Classifier, DataSet, Labelled};
use crate::worker::settings::Settings;
use crate::worker::train::{Course, Summary, TrainError};

/// The experiment.
pub(in crate::worker) struct Spirals;

impl BuiltIn for Spirals {
    const NAME: &'static str = "spirals";
    const DESCRIPTION: &'static str =
        "a multilayer perceptron that tells two intertwined spirals apart (2-D points, 2 classes)";
    const DEFAULTS: Settings = Settings {
        epochs: 100,
        steps: None,
        batch_size: 50,
        learning_rate: 1e-2,
        seed: 0,
    };

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::integer("points", 1000, 10..=1_000_000)
                .help("Points to train on; half as many are held out."),
            Parameter::real("noise", 0.02, 0.0..=1.0)
                .help("How far a point strays, where the plane reaches from -1 to 1."),
            Parameter::integer("hidden size", 32, 1..=4096)
                .help("Units in each of the two hidden layers."),
        ]
    }

    fn train(course: Course, values: &Values) -> Result<Summary, TrainError> {
        let points = values.count("points");
        let mut random = ChaCha8Rng::seed_from_u64(DATA_SEED);
        #[allow(
            clippy::cast_possible_truncation,
            reason = "points are in single precision"
        )]
        let noise = Noise(values.real("noise") as f32);
        let data = DataSet {
            name: "spirals",
            train: &Points::draw(points, &noise, &mut random),
            valid: &Points::draw(points / 2, &noise, &mut random),
        };
        let hidden = values.count("hidden size");
        classify::train(course, &data, |device| Model::new(hidden, device))
    }
}

const DATA_SEED: u64 = 1988;
/// How often a spiral goes round.
const TURNS: f32 = 1.75;
const CLASSES: usize = 2;

/// How far a point strays at most, in each direction.
struct Noise(f32);

/// Points of the plane, each on one of two spirals.
#[derive(Debug, PartialEq)]
struct Points {
    places: Vec<[f32; 2]>,
}

impl Points {
    /// Points all along both spirals, which take turns.
    fn draw(count: usize, noise: &Noise, random: &mut ChaCha8Rng) -> Self {
        let mut stray = || (random.random::<f32>() * 2.0 - 1.0) * noise.0;
        let place = |index: usize| {
            let along = (index / CLASSES) as f32 / count.div_ceil(CLASSES) as f32;
            let radius = 0.1 + 0.9 * along;
            let angle = along * TURNS * 2.0 * PI + Self::class(index) as f32 * PI;
            [
                radius * angle.cos() + stray(),
                radius * angle.sin() + stray(),
            ]
        };
        Self {
            places: (0..count).map(place).collect(),
        }
    }

    fn class(index: usize) -> i32 {
        i32::from(!index.is_multiple_of(CLASSES))
    }
}

impl Labelled<2> for Points {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn batch(&self, indices: &[usize], device: &Device) -> (Tensor<2>, Tensor<1, Int>) {
        let places: Vec<f32> = indices
            .iter()
            .flat_map(|&index| self.places[index])
            .collect();
        let classes: Vec<i32> = indices.iter().map(|&index| Self::class(index)).collect();
        let count = indices.len();
        (
            Tensor::from_data(TensorData::new(places, [count, 2]), device),
            Tensor::from_data(TensorData::new(classes, [count]), device),
        )
    }
}

/// Three linear layers.
#[derive(Module, Debug)]
struct Model {
    first: Linear,
    second: Linear,
    output: Linear,
}

impl Model {
    fn new(hidden: usize, device: &Device) -> Self {
        Self {
            first: LinearConfig::new(2, hidden).init(device),
            second: LinearConfig::new(hidden, hidden).init(device),
            output: LinearConfig::new(hidden, CLASSES).init(device),
        }
    }
}

impl Classifier<2> for Model {
    fn forward(&self, places: Tensor<2>) -> Tensor<2> {
        // Spread to the range in which a fresh layer bends.
        let x = tanh(self.first.forward(places * 4.0));
        let x = tanh(self.second.forward(x));
        self.output.forward(x)
    }
}
