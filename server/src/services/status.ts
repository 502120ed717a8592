import { create, toBinary } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import type { ConnectError } from "@connectrpc/connect";
import { type Status, StatusSchema } from "@presage/gen/google/rpc/status_pb";

/** Writes an error as a `google.rpc.Status`, details included. */
export function toStatus(error: ConnectError): Status {
  return create(StatusSchema, {
    code: error.code,
    message: error.rawMessage,
    details: error.details.map(toAny),
  });
}

function toAny(detail: ConnectError["details"][number]): Any {
  if ("desc" in detail) {
    const value = toBinary(detail.desc, create(detail.desc, detail.value));
    return create(AnySchema, { typeUrl: `type.googleapis.com/${detail.desc.typeName}`, value });
  }
  return create(AnySchema, { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value });
}
