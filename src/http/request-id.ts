/** Accepts or mints request ids. Knows nothing of where they are shown. */

const acceptable = /^[\w.:-]{8,128}$/;

/**
 * The client's own id where it is short and plain, so that its log and ours agree; else `req_` and 32 hex digits, OpenAI's
 * form: the first half of them tells processes apart, the rest counts, so that ids come in the order of the requests.
 */
export function createRequestIds(): (offered: string | null) => string {
  let prefix: string | undefined;
  let minted = 0;
  return (offered) => {
    if (offered !== null && acceptable.test(offered)) return offered;
    // Drawn at the first request: a Worker may not draw before.
    prefix ??= `req_${crypto.randomUUID().replaceAll("-", "").slice(0, 18)}`;
    minted += 1;
    return prefix + minted.toString(16).padStart(14, "0");
  };
}
