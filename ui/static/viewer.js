// Bring the marked words into view. Only this frame is scrolled: a fragment in its address would move the page around it too.
document.addEventListener("DOMContentLoaded", () => {
  const hit = document.getElementById("hit");
  const bar = document.querySelector(".v-bar");
  if (!hit) return;
  const room = (bar ? bar.offsetHeight : 0) + window.innerHeight * 0.12;
  window.scrollTo(0, Math.max(0, hit.getBoundingClientRect().top + window.scrollY - room));
});
