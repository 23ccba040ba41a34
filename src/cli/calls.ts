/** Calls between a process and its child, by messages: either side asks, the other answers. Knows no call by its meaning. */
import { z } from "zod";

/** One end of a line of messages. */
export interface MessageLine {
  /** May throw where the other end is gone. */
  send(message: object): void;
}

export type CallName = string;

export interface Calls {
  /** Rejects with the other end's words where it failed, and once the line is down. */
  call(name: CallName, text?: string): Promise<string>;
  /** To be given each message that comes. */
  receive(message: unknown): void;
  /** The line is down: nothing that was asked will be answered. */
  end(): void;
}

export type CallHandlers = Readonly<Record<CallName, (text: string) => string | Promise<string>>>;

const message = z.union([
  z.object({ call: z.number(), name: z.string(), text: z.string() }),
  z.object({ reply: z.number(), text: z.string() }),
  z.object({ reply: z.number(), problem: z.string() }),
]);

export function createCalls({ send }: MessageLine, handlers: CallHandlers): Calls {
  const waiting = new Map<number, PromiseWithResolvers<string>>();
  let made = 0;

  async function answer(call: number, name: string, text: string): Promise<void> {
    try {
      const handler = handlers[name];
      if (handler === undefined) throw new Error(`there is no call ${name}`);
      send({ reply: call, text: await handler(text) });
    } catch (thrown) {
      sendQuietly({ reply: call, problem: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }

  /** Who asked may be gone. */
  function sendQuietly(reply: object): void {
    try {
      send(reply);
    } catch {
      // Then nobody waits for it.
    }
  }

  return {
    call(name, text = "") {
      const id = ++made;
      const asked = Promise.withResolvers<string>();
      waiting.set(id, asked);
      try {
        send({ call: id, name, text });
      } catch (thrown) {
        waiting.delete(id);
        asked.reject(thrown);
      }
      return asked.promise;
    },
    receive(received) {
      const { success, data } = message.safeParse(received);
      if (!success) return;
      if ("call" in data) {
        void answer(data.call, data.name, data.text);
        return;
      }
      const asked = waiting.get(data.reply);
      waiting.delete(data.reply);
      if ("problem" in data) asked?.reject(new Error(data.problem));
      else asked?.resolve(data.text);
    },
    end() {
      for (const asked of waiting.values()) asked.reject(new Error("the other process is gone"));
      waiting.clear();
    },
  };
}
