/** A model's thoughts as a reasoning item's summary, for requests that ask for one. Knows no other item. */
import { type Emit, type ItemPlace, openItem, type PartsItem } from "./output-items.ts";

/** The thoughts are whole and no summary, but it is there that clients show them from. */
export function createSummaryItem(place: ItemPlace, emit: Emit): PartsItem {
  const at = { item_id: place.id, output_index: place.outputIndex, summary_index: 0 };
  let text = "";
  const part = () => ({ type: "summary_text", text });
  const format = (status: string) => ({
    id: place.id,
    type: "reasoning",
    status,
    summary: text === "" ? [] : [part()],
  });
  const finish = () => {
    if (text === "") return;
    emit("response.reasoning_summary_text.done", { ...at, text });
    emit("response.reasoning_summary_part.done", { ...at, part: part() });
  };
  const item = openItem(place, emit, format, finish);
  return {
    ...item,
    add(_kind, delta) {
      if (delta === "") return;
      if (text === "") emit("response.reasoning_summary_part.added", { ...at, part: part() });
      text += delta;
      emit("response.reasoning_summary_text.delta", { ...at, delta });
    },
  };
}
