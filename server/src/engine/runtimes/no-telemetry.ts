// ONNX Runtime reports to its maker by default, the names of model files among what it tells; it
// looks for this once, when it is loaded. Whoever wants that sets it to 0.
process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
