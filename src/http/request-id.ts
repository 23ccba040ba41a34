/** Accepts or mints the request id. Knows nothing of where it is shown. */

const acceptable = /^[\w.:-]{8,128}$/;

/** The client's own id where it is short and plain, so that its log and ours agree; else `req_` and 32 hex digits, OpenAI's form. */
export function requestId(offered: string | null): string {
  if (offered !== null && acceptable.test(offered)) return offered;
  return `req_${crypto.randomUUID().replaceAll("-", "")}`;
}
