import type { Body } from "./request-body.ts";

/** Tells whether a content type is gRPC-Web in its text form, which is base64. */
export function isGrpcWebText(contentType: string): boolean {
  return /^application\/grpc-web-text\b/i.test(contentType);
}

/** Returns the content type of the binary form that a text form stands for, or the other way. */
export function swapTextForm(contentType: string): string {
  return isGrpcWebText(contentType)
    ? contentType.replace(/grpc-web-text/i, "grpc-web")
    : contentType.replace(/grpc-web/i, "grpc-web-text");
}

const quantum = 4;

/**
 * Decodes a body of base64, which may be several texts one after the other,
 * each padded by itself, cut into chunks anywhere.
 */
export async function* decodeBase64(body: Body): Body {
  let rest = "";
  for await (const chunk of body) {
    const text = rest + Buffer.from(chunk).toString("latin1").replace(/\s+/g, "");
    const whole = text.length - (text.length % quantum);
    rest = text.slice(whole);
    for (const part of text.slice(0, whole).match(/[^=]+={0,2}/g) ?? []) {
      yield Buffer.from(part, "base64");
    }
  }
  if (rest !== "") yield Buffer.from(rest, "base64");
}

/** Encodes each chunk of a body as a base64 text of its own. */
export async function* encodeBase64(body: Body): Body {
  for await (const chunk of body)
    yield Buffer.from(Buffer.from(chunk).toString("base64"), "latin1");
}
