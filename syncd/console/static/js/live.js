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

// Where no stream comes, the page is loaded anew now and then: whoever was logged out or came as one too many is refused,
// and what stands between may keep it all back until it ends.
let again = null;

async function loadAgain() {
  again = null;
  if (document.hidden || busy() || document.activeElement?.matches("input, textarea, select")) {
    wait();
    return;
  }
  try {
    await fetch(location.href);
    location.reload();
  } catch {
    wait(); // nobody answers: what is shown is better than nothing
  }
}

function wait() {
  again ??= setTimeout(loadAgain, 5000);
}

function giveUp(which) {
  if (source !== which || which.readyState === EventSource.OPEN) return;
  stop();
  wait();
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
  const which = source;
  which.addEventListener("error", () => {
    if (which.readyState === EventSource.CLOSED) giveUp(which);
  });
  setTimeout(giveUp, 10000, which);
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
