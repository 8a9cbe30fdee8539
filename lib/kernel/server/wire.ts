/** Jupyter's wire protocol: signed multipart messages. https://jupyter-client.readthedocs.io/en/stable/messaging.html */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

const DELIMITER = "<IDS|MSG>";
export const PROTOCOL_VERSION = "5.4";

export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}
export interface Request {
  /** Whom to answer: ZeroMQ's routing prefix. */
  identities: Buffer[];
  header: Header;
  content: Record<string, unknown>;
}

export class WireError extends Error {
  override name = "WireError";
}

export interface Wire {
  /** Throws WireError for anything that is not a message of this connection's own clients. */
  parse(parts: readonly Buffer[]): Request;
  compose(
    type: string,
    content: object,
    parent: Header | undefined,
    identities?: readonly (Buffer | string)[],
  ): (Buffer | string)[];
}

export function createWire({ key, scheme }: { key: string; scheme: string }): Wire {
  const session = randomUUID();
  const sign = (parts: readonly (Buffer | string)[]): string => {
    if (key === "") return "";
    const hmac = createHmac(scheme.replace("hmac-", ""), key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  };

  return {
    parse(parts) {
      const at = parts.findIndex((part) => part.toString("latin1") === DELIMITER);
      const body = parts.slice(at + 2);
      if (at === -1 || body.length < 4)
        throw new WireError(
          `expected identities, ${DELIMITER}, signature and four parts, got ${parts.length} parts`,
        );
      const given = parts[at + 1]!;
      const wanted = Buffer.from(sign(body));
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
        throw new WireError("the signature is wrong: the sender does not have this connection's key");
      const [header, , , content] = body.map(parseObject);
      for (const field of ["msg_id", "msg_type"])
        if (typeof header![field] !== "string") throw new WireError(`the header has no ${field}`);
      return { identities: parts.slice(0, at), header: header as unknown as Header, content: content! };
    },
    compose(type, content, parent, identities = []) {
      const header: Header = {
        msg_id: randomUUID(),
        msg_type: type,
        session,
        username: parent?.username ?? "kernel",
        date: new Date().toISOString(),
        version: PROTOCOL_VERSION,
      };
      const body = [header, parent ?? {}, {}, content].map((part) => JSON.stringify(part));
      return [...identities, DELIMITER, sign(body), ...body];
    },
  };
}

function parseObject(part: Buffer, index: number): Record<string, unknown> {
  if (index > 3) return {}; // Binary buffers: none of our messages has any.
  let value: unknown;
  try {
    value = JSON.parse(part.toString("utf8"));
  } catch (error) {
    throw new WireError(`part ${index} is not JSON: ${String(error)}`);
  }
  if (typeof value !== "object" || value === null) throw new WireError(`part ${index} is not a JSON object`);
  return value as Record<string, unknown>;
}
