//! `char-lm`: a small causal transformer that learns to go on with a text, character by character, and now and then writes some
//! into the log.
//!
//! It learns from a file of one's own, or from the first volume of Jane Austen's "Pride and Prejudice" (1813, in the public
//! domain; see `assets/text/`). Its loss is the cross-entropy in bits: how much there is, on average, still to be said of the
//! next character when all before it are known.
//!
//! Writing does not wait for the device either: a character is drawn there, as the highest of its logits plus noise (the
//! Gumbel-max trick: Maddison, Tarlow and Minka, "A* Sampling", 2014), and read back when all are.

use std::f32::consts::LN_2;

use burn::module::Module;
use burn::nn::attention::generate_autoregressive_mask;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::transformer::{
    TransformerEncoder, TransformerEncoderConfig, TransformerEncoderInput,
};
use burn::nn::{
    Embedding, EmbeddingConfig, Initializer, LayerNorm, LayerNormConfig, Linear, LinearConfig,
};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::flow::Probe;
use crate::message::{Parameter, Unit, Values};
use crate::worker::batches::means_over;
use crate::worker::built_in::BuiltIn;
use crate::worker::corpus::{Corpus, Tokens};
use crate::worker::gradients::gradient_norm;
use crate::worker::settings::Settings;
use crate::worker::tensors::TensorProbe;
use crate::worker::train::{Counts, Course, Summary, TrainError};
use crate::worker::validation::{Goal, Measure};

/// The experiment.
pub(in crate::worker) struct CharLm;

impl BuiltIn for CharLm {
    const NAME: &'static str = "char-lm";
    const DESCRIPTION: &'static str =
        "a causal transformer that learns to write, character by character, from a text";
    const DEFAULTS: Settings = Settings {
        epochs: 10,
        steps: None,
        batch_size: 16,
        learning_rate: 6e-3,
        seed: 0,
    };

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::text("text", "").help(
                "The text to learn from, a UTF-8 file; without one, \"Pride and Prejudice\", volume 1.",
            ),
            Parameter::integer("context", 64, 2..=1024).help("Characters that it looks back on."),
            Parameter::integer("layers", 2, 1..=16).help("Transformer layers."),
            Parameter::integer("heads", 4, 1..=16).help("Attention heads in a layer."),
            Parameter::integer("head size", 16, 1..=128)
                .help("Numbers of a head; with the heads, the width of a layer."),
            Parameter::real("dropout", 0.0, 0.0..=0.9).help("The part that is dropped."),
            Parameter::integer("sample every", 250, 1..=1_000_000_000)
                .help("Steps from one written sample to the next."),
            Parameter::integer("sample length", 160, 1..=2000).help("Characters of a sample."),
            Parameter::real("temperature", 0.7, 0.05..=5.0)
                .help("How freely samples are drawn: less keeps to what is likely."),
        ]
    }

    fn check(values: &Values) -> Result<(), TrainError> {
        Corpus::load(values.text("text"), values.count("context"))?;
        Ok(())
    }

    fn train(course: Course, values: &Values) -> Result<Summary, TrainError> {
        let corpus = Corpus::load(values.text("text"), values.count("context"))?;
        train(course, &corpus, values)
    }
}

/// Smaller than burn's default of 1: what the layers add counts from the start.
const EMBEDDING: Initializer = Initializer::Normal {
    mean: 0.0,
    std: 0.1,
};
/// Adam's memory of squared gradients, shorter than usual: a run is only some thousand steps.
const BETA_2: f32 = 0.99;

/// Tokens and their positions to vectors, layers of attention over what came before, and a line to the logits.
#[derive(Module, Debug)]
struct Model {
    token: Embedding,
    position: Embedding,
    layers: TransformerEncoder,
    norm: LayerNorm,
    output: Linear,
}

impl Model {
    fn new(characters: usize, values: &Values, device: &Device) -> Self {
        let heads = values.count("heads");
        let width = heads * values.count("head size");
        let embedding = |of| {
            EmbeddingConfig::new(of, width)
                .with_initializer(EMBEDDING)
                .init(device)
        };
        Self {
            token: embedding(characters),
            position: embedding(values.count("context")),
            layers: TransformerEncoderConfig::new(width, 4 * width, heads, values.count("layers"))
                .with_dropout(values.real("dropout"))
                .with_norm_first(true)
                .init(device),
            norm: LayerNormConfig::new(width).init(device),
            output: LinearConfig::new(width, characters).init(device),
        }
    }

    /// Tokens `[batch, context]` to the logits of the token after each, `[batch, context, characters]`.
    fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<3> {
        let [batch, context] = tokens.dims();
        let device = tokens.device();
        let positions = Tensor::arange(0..context as i64, &device).unsqueeze::<2>();
        let x = self.token.forward(tokens) + self.position.forward(positions);
        // Nothing looks ahead.
        let mask = generate_autoregressive_mask(batch, context, &device);
        let x = self
            .layers
            .forward(TransformerEncoderInput::new(x).mask_attn(mask));
        self.output.forward(self.norm.forward(x))
    }

    /// The cross-entropy of the tokens `next` after each of `tokens`, both `[batch, context]`, in nats: `[1]`.
    fn loss(&self, [tokens, next]: [Tensor<2, Int>; 2]) -> Tensor<1> {
        let logits = self.forward(tokens).flatten::<2>(0, 1);
        let loss_of = CrossEntropyLossConfig::new().init(&logits.device());
        loss_of.forward(logits, next.flatten(0, 1))
    }
}

fn train(course: Course, corpus: &Corpus, values: &Values) -> Result<Summary, TrainError> {
    let device = course.device.clone();
    let Settings {
        batch_size, seed, ..
    } = course.settings;
    let measures = [bits(&course.probe)];
    let mut model = Model::new(corpus.characters().len(), values, &device);
    let mut optimizer = AdamConfig::new().with_beta_2(BETA_2).init();
    let counts = Counts {
        train: corpus.train.windows(),
        valid: corpus.valid.windows(),
    };
    let mut training = course.begin("windows", counts, model.num_params(), measures)?;

    while let Some(turn) = training.next(|| evaluate(&model.valid(), &corpus.valid, batch_size))? {
        let offset = offset_of(turn.epoch, seed, values.count("context"));
        let batch = corpus.train.batch(&turn.indices, offset, &device);
        let loss = model.loss(batch);
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        let norm = gradient_norm(&model, &gradients);
        model = optimizer.step(turn.learning_rate, model, gradients);

        training.report(&turn, [loss / LN_2], norm);
        if turn.step % values.count("sample every") as u64 == 0 || training.is_last(&turn) {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(turn.step);
            let written = write(
                &model.valid(),
                corpus.valid.beginning(),
                values,
                &mut random,
            );
            tell(training.probe(), written, corpus.characters().to_vec());
        }
    }
    training.finish()
}

fn bits(probe: &Probe) -> Measure {
    let write = |bits| format!("{bits:.3} bits/character");
    Measure::declare(probe, "loss", Goal::Lowest, write, |series| {
        series
            .with_unit(Unit::Other("bits/char".into()))
            .with_note("cross-entropy")
    })
}

/// Where the first window of an epoch begins: drawn anew for each, so that characters are not always as far into a window.
fn offset_of(epoch: u32, seed: u64, context: usize) -> usize {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(u64::from(epoch));
    random.random_range(0..context)
}

/// The cross-entropy on held-out windows, in bits.
fn evaluate(model: &Model, tokens: &Tokens, batch_size: usize) -> Option<[Tensor<1>; 1]> {
    let device = model.devices().into_iter().next()?.without_autodiff();
    means_over(tokens.windows(), batch_size, |indices| {
        let loss = model.loss(tokens.batch(indices, 0, &device));
        [loss * (indices.len() as f32 / LN_2)]
    })
}

/// Goes on with `beginning`, as long as the context: the tokens that were drawn, in order, each `[1]`.
fn write(
    model: &Model,
    beginning: &[i32],
    values: &Values,
    random: &mut ChaCha8Rng,
) -> Vec<Tensor<1>> {
    let Some(device) = model.devices().into_iter().next() else {
        return Vec::new();
    };
    let device = device.without_autodiff();
    let context = beginning.len();
    let data = TensorData::new(beginning.to_vec(), [1, context]);
    let mut window = Tensor::<2, Int>::from_data(data, &device);
    let draw = |_| {
        let logits = model.forward(window.clone());
        let [_, _, characters] = logits.dims();
        let last =
            logits.narrow(1, context - 1, 1).reshape([1, characters]) / values.real("temperature");
        let next = (last + gumbel(characters, random, &device)).argmax(1);
        window = Tensor::cat(
            vec![window.clone().narrow(1, 1, context - 1), next.clone()],
            1,
        );
        next.reshape([1]).float()
    };
    (0..values.count("sample length")).map(draw).collect()
}

/// Gumbel noise, `[1, count]`.
fn gumbel(count: usize, random: &mut ChaCha8Rng, device: &Device) -> Tensor<2> {
    let noise: Vec<f32> = (0..count)
        .map(|_| -(-random.random::<f32>().ln()).ln())
        .collect();
    Tensor::from_data(TensorData::new(noise, [1, count]), device)
}

/// Says what was written, when it is read back.
fn tell(probe: &TensorProbe, written: Vec<Tensor<1>>, characters: Vec<char>) {
    let step = probe.current_step();
    probe.read(written, move |tokens, probe| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the numbers of characters, small and whole"
        )]
        let character = |&token: &f32| characters.get(token as usize).copied().unwrap_or('?');
        let text: String = tokens.iter().map(character).collect();
        let words: Vec<&str> = text.split_whitespace().collect();
        probe.text(format!("step {step} writes: {}", words.join(" ")));
    });
    probe.flush();
}
