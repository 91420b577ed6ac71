// What plain HTML cannot do: "/" goes to the question, Escape and a press elsewhere close a filter,
// the passage whose page is shown is marked, and on a narrow screen the page comes into view.
(() => {
  const field = () => document.querySelector("#k-question textarea, #k-question input");
  const typing = (element) => element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
  const openChips = () => [...document.querySelectorAll("#k-filters .k-chip > button.open")];

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const target = field();
      if (target && target.offsetParent) {
        event.preventDefault();
        target.focus();
        target.select();
      }
    } else if (event.key === "Escape") {
      for (const button of openChips()) {
        button.click();
        button.focus();
      }
    }
  });

  document.addEventListener("pointerdown", (event) => {
    for (const button of openChips()) {
      if (!button.parentElement.contains(event.target)) button.click();
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[target="viewer"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    for (const passage of document.querySelectorAll(".k-passage")) {
      passage.classList.toggle("k-open", passage.dataset.rank === link.dataset.rank);
    }
    const viewer = document.getElementById("k-viewer");
    if (viewer && window.matchMedia("(max-width: 1023px)").matches) viewer.scrollIntoView({ block: "start" });
  });
})();
