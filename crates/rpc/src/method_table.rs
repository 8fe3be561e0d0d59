//! Methods and how each of them runs.

use crate::{
    answer_bytes::AnswerBytes,
    arguments::Arguments,
    counted_json::counted_json,
    execution_slots::{ExecutionSlots, Lane},
    metrics::MethodMetrics,
    rpc_error::RpcError,
};
use jsonrpsee::{RpcModule, core::RegisterMethodError, types::ErrorObjectOwned};
use serde::Serialize;
use serde_json::value::RawValue;
use std::{future::Future, pin::Pin, sync::Arc};

/// Methods of one namespace over the context `C`.
#[derive(Debug)]
pub(crate) struct MethodTable<C> {
    module: RpcModule<C>,
    slots: ExecutionSlots,
}

/// A method that reads a little memory or a lot of anything, on the thread it is given.
type Handler<C, T> = fn(&C, &Arguments<'_>) -> Result<T, RpcError>;

/// A method that waits between two steps, each of which takes a slot if it may block.
type WaitingHandler<C, T> =
    fn(Arc<C>, ExecutionSlots, &Arguments<'_>) -> Result<Answer<T>, RpcError>;

/// The future of an answer.
pub(crate) type Answer<T> = Pin<Box<dyn Future<Output = Result<T, RpcError>> + Send>>;

impl<C: Send + Sync + 'static> MethodTable<C> {
    pub(crate) fn new(context: C, slots: ExecutionSlots) -> Self {
        Self { module: RpcModule::new(context), slots }
    }

    /// A method without parameters that reads memory only and is answered on the async worker.
    pub(crate) fn immediate<T: Serialize + 'static>(
        &mut self,
        name: &'static str,
        handler: fn(&C) -> Result<T, RpcError>,
    ) -> Result<(), RegisterMethodError> {
        let metrics = MethodMetrics::register(name);
        self.module.register_method(name, move |params, context, request| -> Response {
            let call = metrics.start();
            let answer = Arguments::parse(params.as_str(), 0)
                .and_then(|_| counted_json(&handler(context)?, &AnswerBytes::of(request)?));
            Ok(call.answered(answer)?)
        })?;
        Ok(())
    }

    /// A method with at most `arguments` parameters that runs on a lane. Its answer is
    /// serialised and counted there too: a block of a megabyte takes milliseconds.
    ///
    /// A look-up of `pending` may have to build a block and runs as an execution.
    pub(crate) fn blocking<T: Serialize + 'static>(
        &mut self,
        name: &'static str,
        (lane, arguments): (Lane, usize),
        handler: Handler<C, T>,
    ) -> Result<(), RegisterMethodError> {
        let lane_of = move |params: Option<&str>| match builds_a_block(params) {
            true => Lane::Execution,
            false => lane,
        };
        self.on_lane(name, (lane_of, arguments), handler)
    }

    /// A look-up that does not need the pending block even where `pending` is asked for.
    pub(crate) fn look_up<T: Serialize + 'static>(
        &mut self,
        name: &'static str,
        arguments: usize,
        handler: Handler<C, T>,
    ) -> Result<(), RegisterMethodError> {
        self.on_lane(name, (|_: Option<&str>| Lane::Lookup, arguments), handler)
    }

    fn on_lane<T: Serialize + 'static>(
        &mut self,
        name: &'static str,
        (lane_of, arguments): (impl Fn(Option<&str>) -> Lane + Copy + Send + Sync + 'static, usize),
        handler: Handler<C, T>,
    ) -> Result<(), RegisterMethodError> {
        let (slots, metrics) = (self.slots.clone(), MethodMetrics::register(name));
        self.module.register_async_method(name, move |params, context, request| {
            let (slots, metrics) = (slots.clone(), metrics.clone());
            async move {
                let call = metrics.start();
                let lane = lane_of(params.as_str());
                // Refused before it takes a slot: malformed requests are cheap.
                let answer = match Arguments::parse(params.as_str(), arguments).map(drop) {
                    Ok(()) => {
                        let work = move || {
                            let arguments = Arguments::parse(params.as_str(), arguments)?;
                            counted_json(
                                &handler(&context, &arguments)?,
                                &AnswerBytes::of(&request)?,
                            )
                        };
                        slots.run(lane, work).await
                    }
                    Err(error) => Err(error),
                };
                Ok(call.answered(answer)?) as Response
            }
        })?;
        Ok(())
    }

    /// A method with at most `arguments` parameters that waits for something. It reads its
    /// parameters at once and must not block.
    pub(crate) fn waiting<T: Serialize + 'static>(
        &mut self,
        name: &'static str,
        arguments: usize,
        handler: WaitingHandler<C, T>,
    ) -> Result<(), RegisterMethodError> {
        let (slots, metrics) = (self.slots.clone(), MethodMetrics::register(name));
        self.module.register_async_method(name, move |params, context, request| {
            let (slots, metrics) = (slots.clone(), metrics.clone());
            async move {
                let call = metrics.start();
                let started = Arguments::parse(params.as_str(), arguments)
                    .and_then(|parsed| handler(context, slots, &parsed));
                let answer = match started {
                    Ok(answer) => answer
                        .await
                        .and_then(|answer| counted_json(&answer, &AnswerBytes::of(&request)?)),
                    Err(error) => Err(error),
                };
                Ok(call.answered(answer)?) as Response
            }
        })?;
        Ok(())
    }

    pub(crate) const fn module(&mut self) -> &mut RpcModule<C> {
        &mut self.module
    }

    pub(crate) fn finish(self) -> RpcModule<C> {
        self.module
    }
}

type Response = Result<Box<RawValue>, ErrorObjectOwned>;

fn builds_a_block(params: Option<&str>) -> bool {
    params.is_some_and(|params| params.contains("\"pending\""))
}
