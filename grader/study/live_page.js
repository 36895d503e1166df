// Puts each new report in the place of the last one; what is scrolled to, opened and focused stays so.
"use strict";
let shown = -1;
let fetching = false;
let wanted = -1;

function keyOf(element) {
  const summary = element.querySelector(":scope > summary");
  const section = element.closest("[id]");
  return `${section ? section.id : ""}|${summary ? summary.textContent.trim().slice(0, 200) : ""}`;
}

// The part of the page that is looked at, so that it stays in its place though what is above it grows.
function anchor() {
  for (const element of document.querySelectorAll("main [id], section[id], article[id]")) {
    const box = element.getBoundingClientRect();
    if (box.bottom > 0) return { id: element.id, top: box.top };
  }
  return null;
}

function put(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const opened = new Map();
  for (const element of document.querySelectorAll("details")) opened.set(keyOf(element), element.open);
  const [x, y, seen] = [window.scrollX, window.scrollY, anchor()];
  const active = document.activeElement && document.activeElement.id;
  document.title = page.title;
  for (const old of document.head.querySelectorAll("style")) old.remove();
  for (const style of page.head.querySelectorAll("style")) document.head.append(document.importNode(style, true));
  document.documentElement.lang = page.documentElement.lang;
  document.body.replaceChildren(...Array.from(page.body.childNodes, (node) => document.importNode(node, true)));
  for (const element of document.querySelectorAll("details")) {
    const before = opened.get(keyOf(element));
    if (before !== undefined) element.open = before;
  }
  window.scrollTo(x, y);
  const now = seen && document.getElementById(seen.id);
  if (now && y > 0) window.scrollBy(0, now.getBoundingClientRect().top - seen.top);
  if (active) document.getElementById(active)?.focus({ preventScroll: true });
}

async function refresh() {
  if (fetching) return;
  fetching = true;
  try {
    while (shown !== wanted) {
      const version = wanted;
      const answer = await fetch("report", { cache: "no-store" });
      if (!answer.ok) break;
      put(await answer.text());
      shown = version;
      document.documentElement.dataset.version = String(version);
    }
  } catch {
    // the watch has ended: the stream says so
  } finally {
    fetching = false;
  }
}

const stream = new EventSource("news");
stream.onmessage = (event) => {
  wanted = JSON.parse(event.data);
  refresh();
};
stream.onerror = () => {
  document.title = `${document.title.replace(/ \(the watch has ended\)$/, "")} (the watch has ended)`;
};
stream.onopen = () => {
  document.title = document.title.replace(/ \(the watch has ended\)$/, "");
};
