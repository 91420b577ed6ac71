// Bring the marked words into view, tell the page around where this frame is, fetch the neighbouring pages ahead, and let the
// arrow keys turn pages. Only this frame is scrolled: a fragment in its address would move the page around it too.
document.addEventListener("DOMContentLoaded", () => {
  if (window.parent !== window) {
    window.parent.postMessage({ view: window.location.pathname + window.location.search }, window.location.origin);
  }
  const hit = document.getElementById("hit");
  const bar = document.querySelector(".v-bar");
  if (hit) {
    const room = (bar ? bar.offsetHeight : 0) + window.innerHeight * 0.12;
    window.scrollTo(0, Math.max(0, hit.getBoundingClientRect().top + window.scrollY - room));
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const names = { ArrowLeft: "a[rel='prev']", ArrowRight: "a[rel='next']", p: "a[data-hit='prev']", n: "a[data-hit='next']" };
    const link = names[event.key] && document.querySelector(names[event.key]);
    if (link) link.click();
  });
  window.addEventListener("load", () => {
    for (const place of document.querySelectorAll("[data-ahead]")) new Image().src = place.dataset.ahead;
  });
});
