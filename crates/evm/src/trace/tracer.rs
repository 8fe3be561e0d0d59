//! Which tracer, with which settings.

use alloy_rpc_types_trace::geth::{
    GethDebugBuiltInTracerType as BuiltIn, GethDebugTracerConfig, GethDebugTracerType,
    GethDebugTracingOptions, GethDefaultTracingOptions, mux::MuxConfig,
};
use revm_inspectors::tracing::DebugInspector;
use serde_json::{Map, Value};
use thiserror::Error;

/// A tracer of geth with its settings.
#[derive(Debug)]
pub struct Tracer(pub(super) TracerKind);

#[derive(Debug)]
pub(super) enum TracerKind {
    /// Every instruction.
    Steps(GethDefaultTracingOptions),
    /// Everything else.
    Native(Box<DebugInspector>),
}

/// Why a trace cannot be asked for in this way.
#[derive(Debug, Error)]
pub enum TracerError {
    /// There is no tracer of this name.
    #[error(
        "tracer {name:?} is not available: there are callTracer, flatCallTracer, prestateTracer, \
         4byteTracer, muxTracer and noopTracer, and without a name every instruction is logged; \
         tracers in JavaScript are not supported"
    )]
    Unknown {
        /// The first characters of the name, or of the program.
        name: String,
    },
    /// The settings are not those of the tracer.
    #[error("tracerConfig of {tracer}: {reason}")]
    Settings {
        /// Name of the tracer.
        tracer: String,
        /// What is wrong.
        reason: String,
    },
}

/// The log of every instruction, with geth's default settings.
impl Default for Tracer {
    fn default() -> Self {
        Self(TracerKind::Steps(GethDefaultTracingOptions::default()))
    }
}

impl Tracer {
    /// The tracer that `options` ask for.
    ///
    /// # Errors
    /// [`TracerError`] if there is no such tracer or its settings are not its own.
    pub fn new(mut options: GethDebugTracingOptions) -> Result<Self, TracerError> {
        let Some(name) = options.tracer.as_ref().map(|tracer| tracer.as_str().to_owned()) else {
            return Ok(Self(TracerKind::Steps(options.config)));
        };
        if name.is_empty() {
            return Ok(Self(TracerKind::Steps(options.config)));
        }
        check_settings(&options, &name)?;
        if options.tracer == Some(BuiltIn::MuxTracer.into()) {
            options.tracer_config = mux_settings(options.tracer_config)?.into();
        }
        let inspector = DebugInspector::new(options).map_err(|error| settings(&name, &error))?;
        Ok(Self(TracerKind::Native(Box::new(inspector))))
    }
}

/// geth's settings are objects. The ERC-7562 tracer and the state-gas tracer, which the inspector
/// also has, are left out: the former allocates what an instruction that runs out of gas asks for,
/// the latter is about a fork that no chain here has.
fn check_settings(options: &GethDebugTracingOptions, name: &str) -> Result<(), TracerError> {
    let is_offered = match &options.tracer {
        None => true,
        Some(GethDebugTracerType::JsTracer(_)) => false,
        Some(GethDebugTracerType::BuiltInTracer(tracer)) => is_offered(*tracer),
    };
    if !is_offered {
        return Err(unknown(name));
    }
    let config = &options.tracer_config.0;
    if config.is_null() || config.is_object() {
        return Ok(());
    }
    Err(TracerError::Settings { tracer: name.to_owned(), reason: "expected an object".to_owned() })
}

const fn is_offered(tracer: BuiltIn) -> bool {
    match tracer {
        BuiltIn::CallTracer
        | BuiltIn::FlatCallTracer
        | BuiltIn::PreStateTracer
        | BuiltIn::FourByteTracer
        | BuiltIn::MuxTracer
        | BuiltIn::NoopTracer => true,
        BuiltIn::StateGasTracer | BuiltIn::Erc7562Tracer => false,
    }
}

/// In geth a tracer of a mux may have settings or not; the inspector insists on one or the other.
fn mux_settings(config: GethDebugTracerConfig) -> Result<MuxConfig, TracerError> {
    let mut config = config.into_mux_config().map_err(|error| settings("muxTracer", &error))?;
    for (tracer, inner) in &mut config.0 {
        match tracer {
            GethDebugTracerType::JsTracer(code) => return Err(unknown(code)),
            GethDebugTracerType::BuiltInTracer(BuiltIn::FourByteTracer | BuiltIn::NoopTracer) => {
                *inner = None;
            }
            GethDebugTracerType::BuiltInTracer(
                BuiltIn::CallTracer | BuiltIn::FlatCallTracer | BuiltIn::PreStateTracer,
            ) => {
                inner.get_or_insert_with(|| GethDebugTracerConfig(Value::Object(Map::new())));
            }
            GethDebugTracerType::BuiltInTracer(
                BuiltIn::MuxTracer | BuiltIn::StateGasTracer | BuiltIn::Erc7562Tracer,
            ) => {
                let reason = format!("{} cannot be part of it", tracer.as_str());
                return Err(TracerError::Settings { tracer: "muxTracer".to_owned(), reason });
            }
        }
    }
    Ok(config)
}

fn unknown(name: &str) -> TracerError {
    const SHOWN: usize = 40;
    TracerError::Unknown { name: name.chars().take(SHOWN).collect() }
}

fn settings(tracer: &str, error: &dyn std::fmt::Display) -> TracerError {
    TracerError::Settings { tracer: tracer.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracer(json: &str) -> Result<Tracer, TracerError> {
        Tracer::new(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn without_a_name_every_instruction_is_logged() {
        for json in ["{}", r#"{"tracer":""}"#, r#"{"tracer":null,"reexec":128}"#] {
            assert!(matches!(tracer(json), Ok(Tracer(TracerKind::Steps(_)))), "{json}");
        }
    }

    #[test]
    fn a_program_is_refused_with_the_names_there_are() {
        let error = tracer(r#"{"tracer":"{ data: [], fault: function() {} }"}"#).unwrap_err();
        assert!(error.to_string().contains("JavaScript are not supported"), "{error}");
        assert!(error.to_string().contains("callTracer"), "{error}");
        let inner = r#"{"tracer":"muxTracer","tracerConfig":{"x => y":null}}"#;
        assert!(matches!(tracer(inner), Err(TracerError::Unknown { .. })));
    }

    #[test]
    fn settings_that_are_not_the_tracers_are_refused_by_name() {
        for config in ["7", r#""x""#, r#"{"onlyTopCall":7}"#] {
            let error = tracer(&format!(r#"{{"tracer":"callTracer","tracerConfig":{config}}}"#));
            let message = error.unwrap_err().to_string();
            assert!(message.starts_with("tracerConfig of callTracer: "), "{message}");
        }
    }

    #[test]
    fn the_parts_of_a_mux_need_no_settings() {
        let parts = r#"{"callTracer":null,"4byteTracer":{},"prestateTracer":{"diffMode":true}}"#;
        assert!(tracer(&format!(r#"{{"tracer":"muxTracer","tracerConfig":{parts}}}"#)).is_ok());
        let nested = r#"{"tracer":"muxTracer","tracerConfig":{"muxTracer":{}}}"#;
        assert!(matches!(tracer(nested), Err(TracerError::Settings { .. })));
    }
}
