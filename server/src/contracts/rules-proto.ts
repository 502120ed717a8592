import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/** The file that declares the options which carry rules. */
export const rulesProto: FileDescriptorProto = file_buf_validate_validate.proto;
