//! What plain HTTP answers to a request that reaches no method.

use crate::rpc_error::{Limit, RpcError};
use http::{HeaderValue, Response, StatusCode, header};
use jsonrpsee::{
    MethodResponse,
    server::HttpBody,
    types::{ErrorObjectOwned, Id},
};

/// A JSON-RPC error without an id: nobody has read the request as far as that.
pub(crate) fn http_refusal(
    status: StatusCode,
    error: impl Into<ErrorObjectOwned>,
) -> Response<HttpBody> {
    let json = MethodResponse::error(Id::Null, error.into()).into_json();
    let mut response = Response::new(HttpBody::from(String::from(Box::<str>::from(json))));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// The same for a limit, with the status that says which kind it is.
pub(crate) fn over_limit(status: StatusCode, limit: Limit) -> Response<HttpBody> {
    http_refusal(status, RpcError::from(limit))
}
