// What makes the console quicker; nothing needs it. No page has a script of its own.
"use strict";

const field = (element) => element && /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "checkbox";

// The reader's time zone goes with the sign-in.
for (const zone of document.querySelectorAll("[data-zone]")) {
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}

// All on the page are chosen at once.
for (const all of document.querySelectorAll("[data-all]")) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const one of all.form.querySelectorAll("input[name=order]")) one.checked = all.checked;
  });
}

// A text is copied, where the browser lets a page do that.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}

// What follows by itself says so where it does.
for (const one of document.querySelectorAll("[data-live]")) one.hidden = !window.htmx;

// Keys: / finds, j and k move, x chooses, Enter opens.
// They are looked up each time, for a page that is live has others a moment later.
const found = () => [...document.querySelectorAll("table.list tbody tr")];
let at = -1;
const move = (by) => {
  const rows = found();
  if (!rows.length) return;
  at = Math.max(0, Math.min(rows.length - 1, at + by));
  rows.forEach((row, number) => row.classList.toggle("here", number === at));
  rows[at].querySelector("td a").focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") for (const open of document.querySelectorAll("details[open]")) open.open = false;
  if (field(document.activeElement)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find")?.focus();
  } else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "x" && found()[at]) {
    const tick = found()[at].querySelector("input[name=order]");
    if (tick) tick.checked = !tick.checked;
  }
});

// One menu is open at a time.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details[open]:not(.note)")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
