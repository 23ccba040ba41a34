/** Waiting rooms that outlive a reload: who runs and who waits stays known while the bounds stay the same. */
import type { QueueOptions } from "./ticket.ts";
import { createWaitingRoom, type RoomClock, type WaitingRoom } from "./waiting-room.ts";

export interface Rooms {
  /** The room with these bounds. With other ones a new room opens, and those in the old one are served by it to their end. */
  open(options: Partial<QueueOptions>): WaitingRoom;
  /** Another one for each call: clients may send the same request id twice. */
  ticketId(requestId: string): string;
}

export function createRooms(clock: RoomClock): Rooms {
  let current: { readonly bounds: string; readonly room: WaitingRoom } | undefined;
  let tickets = 0;
  return {
    ticketId: (requestId) => `${requestId} ${++tickets}`,
    open(options) {
      const bounds = JSON.stringify(options);
      if (current?.bounds !== bounds) current = { bounds, room: createWaitingRoom(options, clock) };
      return current.room;
    },
  };
}
