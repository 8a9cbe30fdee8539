/** The five ZeroMQ sockets of a Jupyter kernel. */
import { readFileSync } from "node:fs";
import { Publisher, Reply, Router } from "zeromq";
import { createWire, type Header, type Request, WireError } from "./wire";

interface Connection {
  transport: string;
  ip: string;
  key: string;
  signature_scheme: string;
  shell_port: number;
  control_port: number;
  iopub_port: number;
  stdin_port: number;
  hb_port: number;
}

export type ChannelName = "shell" | "control";
export interface Sockets {
  publish(type: string, content: object, parent: Header | undefined): void;
  reply(channel: ChannelName, type: string, content: object, request: Request): void;
  /** Sends what was handed over so far, then closes. */
  close(): Promise<void>;
  /** Starts to listen; messages that are not for us are dropped with a line in the log. */
  listen(handle: (channel: ChannelName, request: Request) => void): void;
}

export async function openSockets(connectionFile: string, log: (line: string) => void): Promise<Sockets> {
  const connection = readConnection(connectionFile);
  const wire = createWire({ key: connection.key, scheme: connection.signature_scheme });
  // Without limits: output is limited per cell already, and a dropped "idle" would hang the client.
  const unlimited = { sendHighWaterMark: 0, linger: 1000 };
  const sockets = {
    shell: new Router(unlimited),
    control: new Router(unlimited),
    iopub: new Publisher(unlimited),
    stdin: new Router(unlimited),
    heartbeat: new Reply(),
  };
  const bind = (socket: { bind(address: string): Promise<void> }, port: number) =>
    socket.bind(
      `${connection.transport}://${connection.ip}${connection.transport === "ipc" ? "-" : ":"}${port}`,
    );
  await Promise.all([
    bind(sockets.shell, connection.shell_port),
    bind(sockets.control, connection.control_port),
    bind(sockets.iopub, connection.iopub_port),
    bind(sockets.stdin, connection.stdin_port),
    bind(sockets.heartbeat, connection.hb_port),
  ]);

  // A ZeroMQ socket takes one message at a time.
  const queues = { shell: Promise.resolve(), control: Promise.resolve(), iopub: Promise.resolve() };
  let closing = false;
  const send = (name: keyof typeof queues, parts: (Buffer | string)[]) => {
    if (closing) return; // A cell may print on while the kernel shuts down.
    queues[name] = queues[name]
      .then(() => sockets[name].send(parts))
      .catch((error: unknown) => {
        log(`a message could not be sent on ${name}: ${String(error)}`);
      });
  };

  async function listenOn(channel: ChannelName, handle: (channel: ChannelName, request: Request) => void) {
    for await (const parts of sockets[channel])
      try {
        handle(channel, wire.parse(parts));
      } catch (error) {
        if (error instanceof WireError) log(`a message on ${channel} was dropped: ${error.message}`);
        else
          log(
            `a message on ${channel} failed: ${error instanceof Error ? String(error.stack) : String(error)}`,
          );
      }
  }
  async function echoHeartbeats() {
    for await (const parts of sockets.heartbeat) await sockets.heartbeat.send(parts);
  }

  return {
    publish: (type, content, parent) => {
      send("iopub", wire.compose(type, content, parent, [type]));
    },
    reply: (channel, type, content, request) => {
      send(channel, wire.compose(type, content, request.header, request.identities));
    },
    close: async () => {
      closing = true;
      await Promise.all(Object.values(queues));
      for (const socket of Object.values(sockets)) socket.close();
    },
    listen(handle) {
      void listenOn("shell", handle);
      void listenOn("control", handle);
      void echoHeartbeats();
    },
  };
}

function readConnection(file: string): Connection {
  let connection: Partial<Connection>;
  try {
    connection = JSON.parse(readFileSync(file, "utf8")) as Partial<Connection>;
  } catch (error) {
    throw new Error(`connection file ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { transport = "tcp", ip = "127.0.0.1", key = "", signature_scheme = "hmac-sha256" } = connection;
  const port = (name: "shell_port" | "control_port" | "iopub_port" | "stdin_port" | "hb_port"): number => {
    const value = connection[name];
    if (typeof value !== "number")
      throw new Error(`connection file ${file}: expected a number as ${name}, got ${String(value)}`);
    return value;
  };
  return {
    transport,
    ip,
    key,
    signature_scheme,
    shell_port: port("shell_port"),
    control_port: port("control_port"),
    iopub_port: port("iopub_port"),
    stdin_port: port("stdin_port"),
    hb_port: port("hb_port"),
  };
}
