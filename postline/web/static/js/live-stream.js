// The stream of /live/, for ever: read by fetch, which tells the status and can be given up when it falls silent.
// `tell` gets what the server sends, { event, data, id }, and two events of our own: "connection" and "signed-out".

const SILENT_MS = 40_000; // the server says something every 15 s
const SHORTEST_MS = 500;
const LONGEST_MS = 15_000;

/** Listen from `since` on (milliseconds of 1970, the server's). Ends only when the person is signed out. */
export async function stream(since, tell) {
  let last = since;
  let pause = SHORTEST_MS;
  for (;;) {
    const began = Date.now();
    const reason = await listen(last, (told) => { last = told.id || last; tell(told); });
    if (reason === "signed-out") return tell({ event: "signed-out" });
    tell({ event: "connection", data: { isThere: false } });
    if (Date.now() - began > LONGEST_MS) pause = SHORTEST_MS;
    await new Promise((resolve) => { setTimeout(resolve, pause * (0.75 + Math.random() / 2)); });
    pause = Math.min(pause * 2, LONGEST_MS);
  }
}

async function listen(since, tell) {
  const given = new AbortController();
  let silence;
  const isAlive = () => { clearTimeout(silence); silence = setTimeout(() => given.abort(), SILENT_MS); };
  try {
    isAlive();
    const answer = await fetch(`/live/?since=${since}`, { signal: given.signal, cache: "no-store" });
    if (answer.status === 401) return "signed-out";
    if (!answer.ok) return "";
    tell({ event: "connection", data: { isThere: true } });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return "";
      isAlive();
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const told of parts.map(parse)) {
        if (told.event === "end") return told.data.reason;
        if (told.event) tell(told);
      }
    }
  } catch {
    return ""; // no connection, or given up
  } finally {
    clearTimeout(silence);
  }
}

function parse(part) {
  const fields = Object.fromEntries(part.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
  return fields.event ? { event: fields.event, data: JSON.parse(fields.data), id: Number(fields.id ?? 0) } : {};
}
