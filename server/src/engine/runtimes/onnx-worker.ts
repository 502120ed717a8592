import { serveWorker } from "../worker.ts";
import { createOnnxRuntime } from "./onnx.ts";

await serveWorker(createOnnxRuntime());
