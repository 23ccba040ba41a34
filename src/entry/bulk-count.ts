/** Counts what comes in large pieces, whose memory engines let pile up. */

/** What comes in pieces of this length is no stream of words. */
const leastBulkBytes = 64 * 1024;

/** Calls `collect` once so many bytes have come in large pieces, and again for as many more. */
export function createBulkCount(mostBytes: number, collect: () => void): (pieceBytes: number) => void {
  let bulkBytes = 0;
  return (pieceBytes) => {
    if (pieceBytes < leastBulkBytes) return;
    bulkBytes += pieceBytes;
    if (bulkBytes < mostBytes) return;
    bulkBytes = 0;
    collect();
  };
}
