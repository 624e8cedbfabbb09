// Keeps one part of a page as things are, while they move. Without it the page shows how they were when it was loaded.
const live = document.querySelector("[data-events]");
const said = document.getElementById("live-said");
let source = null;
let waiting = null;
let spokenAt = 0;

function show(html) {
  live.innerHTML = html;
  const text = live.querySelector("[data-say]")?.dataset.say;
  // What is read aloud interrupts people: at most every five seconds.
  if (said && text && text !== said.textContent && Date.now() - spokenAt > 5000) {
    said.textContent = text;
    spokenAt = Date.now();
  }
}

// Nothing is replaced under the hands of somebody who is in the middle of it.
function busy() {
  const focused = document.activeElement;
  return (focused !== document.body && live.contains(focused)) || live.querySelector("details[open], dialog[open]") !== null;
}

function stop() {
  source?.close();
  source = null;
}

// What is refused does not come again by itself: whoever was logged out, or came as one too many, loads the page anew.
let again = null;

function loadAgain() {
  again = null;
  if (document.hidden || busy() || document.activeElement?.matches("input, textarea, select")) wait();
  else location.reload();
}

function wait() {
  again ??= setTimeout(loadAgain, 5000);
}

function listen() {
  if (source || document.hidden) return;
  const address = new URL(live.dataset.events, location.href);
  address.searchParams.set("seen", live.dataset.version);
  source = new EventSource(address);
  source.addEventListener("part", (event) => {
    live.dataset.version = event.lastEventId;
    if (busy()) waiting = event.data;
    else show(event.data);
  });
  source.addEventListener("error", () => {
    if (source?.readyState !== EventSource.CLOSED) return;
    stop();
    wait();
  });
  source.addEventListener("close", () => {
    stop();
    // The rest of the page follows from how it ended.
    if (!document.activeElement?.matches("input, textarea, select")) location.reload();
  });
}

if (live) {
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
  addEventListener("pagehide", stop);
  addEventListener("pageshow", listen);
  setInterval(() => {
    if (waiting === null || busy()) return;
    show(waiting);
    waiting = null;
  }, 500);
  listen();
}
