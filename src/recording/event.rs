//! The protocol buffers of TensorBoard's event files, as far as a run is written with them, and the quick way to encode a
//! scalar.
//!
//! The messages follow `tensorflow/core/util/event.proto`, `framework/summary.proto` and `framework/tensor.proto`; fields
//! that are not named here are skipped when read. A scalar is a `simple_value`, as PyTorch writes it: every TensorBoard
//! reads that form. The first value of a series also carries metadata (plugin `scalars`), and with it a description.
//!
//! Between two points of one series only the time, the step and the value differ: [`ScalarTemplate`] keeps the rest encoded.

use prost::Message as _;
use prost::encoding::encode_varint;

/// What the first event of a file says of its version (`brain.Event:2`: steps may come out of order between tags).
pub(super) const FILE_VERSION: &str = "brain.Event:2";

/// One record of an event file.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Event {
    /// Seconds since the Unix epoch.
    #[prost(double, tag = "1")]
    pub wall_time: f64,
    /// The training step.
    #[prost(int64, tag = "2")]
    pub step: i64,
    /// What it says.
    #[prost(oneof = "What", tags = "3, 5")]
    pub what: Option<What>,
}

/// What an event says.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum What {
    /// The version of the file: its first event.
    #[prost(string, tag = "3")]
    FileVersion(String),
    /// Values.
    #[prost(message, tag = "5")]
    Summary(Summary),
}

/// Values of one step.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Summary {
    /// The values, each with its tag.
    #[prost(message, repeated, tag = "1")]
    pub value: Vec<SummaryValue>,
}

/// A value of a series.
#[derive(Clone, PartialEq, prost::Message)]
pub struct SummaryValue {
    /// The series' name.
    #[prost(string, tag = "1")]
    pub tag: String,
    /// What is to be known of the series; only its first value carries it.
    #[prost(message, optional, tag = "9")]
    pub metadata: Option<SummaryMetadata>,
    /// The value.
    #[prost(oneof = "Value", tags = "2, 8")]
    pub value: Option<Value>,
}

/// What a value is.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Value {
    /// A scalar.
    #[prost(float, tag = "2")]
    SimpleValue(f32),
    /// A tensor, whose meaning the metadata's plugin knows.
    #[prost(message, tag = "8")]
    Tensor(TensorProto),
}

/// What is to be known of a series.
#[derive(Clone, PartialEq, prost::Message)]
pub struct SummaryMetadata {
    /// The part of TensorBoard that shows it.
    #[prost(message, optional, tag = "1")]
    pub plugin_data: Option<PluginData>,
    /// A name to show in place of the tag; empty for the tag.
    #[prost(string, tag = "2")]
    pub display_name: String,
    /// A description, in Markdown.
    #[prost(string, tag = "3")]
    pub summary_description: String,
    /// What the values are.
    #[prost(enumeration = "DataClass", tag = "4")]
    pub data_class: i32,
}

/// The part of TensorBoard that shows a series.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PluginData {
    /// Its name: `scalars`, `text`.
    #[prost(string, tag = "1")]
    pub plugin_name: String,
    /// What it alone understands.
    #[prost(bytes = "vec", tag = "2")]
    pub content: Vec<u8>,
}

/// What the values of a series are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum DataClass {
    /// Not said.
    Unknown = 0,
    /// Numbers.
    Scalar = 1,
    /// Tensors.
    Tensor = 2,
    /// Sequences of binary objects.
    BlobSequence = 3,
}

/// A tensor, as far as text needs it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TensorProto {
    /// What its elements are.
    #[prost(enumeration = "DataType", tag = "1")]
    pub dtype: i32,
    /// Its shape; none is a single element.
    #[prost(message, optional, tag = "2")]
    pub tensor_shape: Option<TensorShape>,
    /// The elements of a tensor of strings.
    #[prost(bytes = "vec", repeated, tag = "8")]
    pub string_val: Vec<Vec<u8>>,
}

/// What the elements of a tensor are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum DataType {
    /// Not said.
    Invalid = 0,
    /// 32-bit floating point.
    Float = 1,
    /// Strings of bytes.
    String = 7,
}

/// The shape of a tensor.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TensorShape {
    /// Its dimensions, outermost first.
    #[prost(message, repeated, tag = "2")]
    pub dim: Vec<Dimension>,
}

/// One dimension of a tensor.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Dimension {
    /// Elements along it.
    #[prost(int64, tag = "1")]
    pub size: i64,
}

impl Event {
    /// The first event of a file.
    #[must_use]
    pub fn file_version(wall_time: f64) -> Self {
        Self {
            wall_time,
            step: 0,
            what: Some(What::FileVersion(FILE_VERSION.to_owned())),
        }
    }

    /// The first point of a series, with what is to be known of it.
    #[must_use]
    pub fn first_scalar(
        wall_time: f64,
        step: i64,
        tag: &str,
        value: f32,
        description: &str,
    ) -> Self {
        let value = SummaryValue {
            tag: tag.to_owned(),
            metadata: Some(metadata("scalars", DataClass::Scalar, description)),
            value: Some(Value::SimpleValue(value)),
        };
        Self::of(wall_time, step, value)
    }

    /// A line of text: a tensor of one string and no dimension, shown by TensorBoard's text plugin, under the tag that
    /// PyTorch would give it.
    #[must_use]
    pub fn text(wall_time: f64, step: i64, tag: &str, text: &str) -> Self {
        let tensor = TensorProto {
            dtype: DataType::String.into(),
            tensor_shape: Some(TensorShape::default()),
            string_val: vec![text.as_bytes().to_vec()],
        };
        let value = SummaryValue {
            tag: format!("{tag}{TEXT_SUFFIX}"),
            metadata: Some(metadata("text", DataClass::Tensor, "")),
            value: Some(Value::Tensor(tensor)),
        };
        Self::of(wall_time, step, value)
    }

    fn of(wall_time: f64, step: i64, value: SummaryValue) -> Self {
        Self {
            wall_time,
            step,
            what: Some(What::Summary(Summary { value: vec![value] })),
        }
    }

    /// The values it holds; none if it is no summary.
    #[must_use]
    pub fn values(&self) -> &[SummaryValue] {
        match &self.what {
            Some(What::Summary(summary)) => &summary.value,
            _ => &[],
        }
    }
}

/// What the tags of text end with: by it tools that do not look at plugins tell text.
const TEXT_SUFFIX: &str = "/text_summary";

impl SummaryValue {
    /// The scalar it holds, if it holds one.
    #[must_use]
    pub fn scalar(&self) -> Option<f32> {
        match self.value {
            Some(Value::SimpleValue(value)) => Some(value),
            _ => None,
        }
    }

    /// The name and the line of text it holds, if it holds one.
    #[must_use]
    pub fn text(&self) -> Option<(&str, &str)> {
        let Some(Value::Tensor(tensor)) = &self.value else {
            return None;
        };
        let text = std::str::from_utf8(tensor.string_val.first()?).ok()?;
        let tag = self.tag.strip_suffix(TEXT_SUFFIX).unwrap_or(&self.tag);
        Some((tag, text))
    }
}

fn metadata(plugin: &str, data_class: DataClass, description: &str) -> SummaryMetadata {
    SummaryMetadata {
        plugin_data: Some(PluginData {
            plugin_name: plugin.to_owned(),
            content: Vec::new(),
        }),
        display_name: String::new(),
        summary_description: description.to_owned(),
        data_class: data_class.into(),
    }
}

/// What the events of one series have in common, encoded: all after the step, up to the value.
#[derive(Clone, Debug)]
pub(super) struct ScalarTemplate(Vec<u8>);

// Keys of the wire format: field number << 3 | wire type.
const EVENT_WALL_TIME: u8 = 1 << 3 | 1;
const EVENT_STEP: u8 = 2 << 3;
const EVENT_SUMMARY: u8 = 5 << 3 | 2;
const SUMMARY_VALUE: u8 = 1 << 3 | 2;
const VALUE_TAG: u8 = 1 << 3 | 2;
const VALUE_SIMPLE: u8 = 2 << 3 | 5;

impl ScalarTemplate {
    /// The template of the series with that tag.
    pub(super) fn new(tag: &str) -> Self {
        // From the inside out: each message needs its length before it.
        let mut value = vec![VALUE_TAG];
        encode_varint(tag.len() as u64, &mut value);
        value.extend_from_slice(tag.as_bytes());
        value.push(VALUE_SIMPLE);
        let value_bytes = (value.len() + size_of::<f32>()) as u64;

        let mut summary = vec![SUMMARY_VALUE];
        encode_varint(value_bytes, &mut summary);
        let summary_bytes = summary.len() as u64 + value_bytes;

        let mut bytes = vec![EVENT_SUMMARY];
        encode_varint(summary_bytes, &mut bytes);
        bytes.extend_from_slice(&summary);
        bytes.extend_from_slice(&value);
        Self(bytes)
    }

    /// Appends the event of one point. Allocates nothing but what `buffer` needs to grow.
    #[inline]
    pub(super) fn encode(&self, wall_time: f64, step: i64, value: f32, buffer: &mut Vec<u8>) {
        buffer.push(EVENT_WALL_TIME);
        buffer.extend_from_slice(&wall_time.to_le_bytes());
        if step != 0 {
            buffer.push(EVENT_STEP);
            encode_varint(step.cast_unsigned(), buffer);
        }
        buffer.extend_from_slice(&self.0);
        buffer.extend_from_slice(&value.to_le_bytes());
    }
}

/// Appends an event.
pub(super) fn encode(event: &Event, buffer: &mut Vec<u8>) {
    event
        .encode(buffer)
        .expect("a vector grows to what is written into it");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_quick_way_writes_what_the_derived_way_writes(
            seconds in 1.0_f64..1e11,
            step: i64,
            bits: u32,
            // Of an empty tag there are two encodings: the derived way leaves it out.
            tag in ".{1,300}",
        ) {
            let value = f32::from_bits(bits);
            let mut quick = Vec::new();
            ScalarTemplate::new(&tag).encode(seconds, step, value, &mut quick);
            let derived = Event::of(seconds, step, SummaryValue {
                tag,
                metadata: None,
                value: Some(Value::SimpleValue(value)),
            });
            prop_assert_eq!(quick, derived.encode_to_vec());
        }

        #[test]
        fn arbitrary_bytes_are_decoded_or_refused(bytes: Vec<u8>) {
            let _ = Event::decode(bytes.as_slice());
        }
    }

    #[test]
    fn a_scalar_is_these_bytes() {
        // By hand from event.proto and summary.proto: step 3, tag "a", value 1.5 at 1 s.
        let mut bytes = Vec::new();
        ScalarTemplate::new("a").encode(1.0, 3, 1.5, &mut bytes);
        let expected = [
            [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f].as_slice(), // wall_time = 1.0
            &[0x10, 3],                                      // step = 3
            &[0x2a, 10],                                     // summary
            &[0x0a, 8],                                      // value
            &[0x0a, 1, b'a'],                                // tag
            &[0x15, 0, 0, 0xc0, 0x3f],                       // simple_value = 1.5
        ]
        .concat();
        assert_eq!(bytes, expected);
    }

    #[test]
    fn text_is_read_back_by_its_name() {
        let event = Event::text(2.0, 7, "text/info", "größer");
        let again = Event::decode(event.encode_to_vec().as_slice()).expect("it was just encoded");
        assert_eq!(again, event);
        assert_eq!(again.values()[0].text(), Some(("text/info", "größer")));
        assert_eq!(again.values()[0].scalar(), None);
    }
}
