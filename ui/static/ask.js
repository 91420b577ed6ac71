// The Ask room: links ask without leaving the page, the address follows what is shown, and so do back and forward.
(() => {
  const { base } = window.kalla;
  const VIEW = new RegExp(`^${base.replaceAll(".", "\\.")}/(view|similar|context)/\\d+(\\?|$)`);
  const frame = () => document.querySelector('iframe[name="viewer"]');
  const openChips = () => [...document.querySelectorAll("#k-filters .k-chip > button.open")];
  const own = (search) => { // the address without what the viewer shows
    const query = new URLSearchParams(search);
    query.delete("view");
    return query.toString();
  };
  let shown = null; // the address of the answer that stands there
  let wanted = null; // the address that was asked for and has not been answered yet
  let then = ""; // what gets the focus in the answer that comes

  const go = (search) => {
    const field = document.querySelector("#k-address textarea, #k-address input");
    if (!field) return;
    wanted = own(search);
    const type = field.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(type.prototype, "value").set.call(field, search.replace(/^\?/, "") || " ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    // Gradio 6.31 listens to keys, not to the value (Textbox, onkeypress): Enter is what submits it.
    field.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
  };

  const look = (view) => {
    const target = VIEW.test(view) ? view : `${base}/view?lang=${window.kalla.language()}`;
    const place = frame();
    if (place) place.contentWindow.location.replace(target);
  };

  // A new answer: the address says what was asked, and the viewer opens where the answer stands.
  const arrived = (root) => {
    for (const strip of document.querySelectorAll(".k-sheet-top, .k-sheet-foot")) strip.textContent = root.dataset.contains || "";
    const address = own(root.dataset.address);
    if (wanted !== null && wanted !== address) return; // an older answer: the one that is wanted is on its way
    wanted = null;
    const kept = shown === null || own(window.location.search) === address ? new URLSearchParams(window.location.search).get("view") : "";
    const first = shown === null;
    if (shown === address && !then) return;
    const url = `${window.location.pathname}${address ? `?${address}` : ""}`;
    if (own(window.location.search) !== address) window.history[first ? "replaceState" : "pushState"](null, "", url);
    shown = address;
    look(kept || root.dataset.view);
    const next = then && document.getElementById(then);
    then = "";
    if (next) next.focus();
  };

  window.addEventListener("popstate", () => {
    const view = new URLSearchParams(window.location.search).get("view") || "";
    if (own(window.location.search) === (wanted ?? shown)) return; // the frame steps back by itself
    then = "";
    go(own(window.location.search));
    if (view) look(view);
  });

  // The viewer tells where it is, so that the address of this page leads there again.
  window.addEventListener("message", (event) => {
    if (event.origin !== window.location.origin || event.source !== frame()?.contentWindow) return;
    const view = String(event.data?.view || "");
    if (!VIEW.test(view) || !shown || wanted !== null || own(window.location.search) !== shown) return;
    const query = new URLSearchParams(window.location.search);
    query.set("view", view);
    window.history.replaceState(window.history.state, "", `${window.location.pathname}?${query}`);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const button of openChips()) {
      button.click();
      button.focus();
    }
  });

  document.addEventListener("pointerdown", (event) => {
    for (const button of openChips()) {
      if (!button.parentElement.contains(event.target)) button.click();
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-ask], a[target='viewer']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.dataset.ask) {
      event.preventDefault();
      then = link.dataset.then || "";
      link.removeAttribute("id");
      go(link.search);
      return;
    }
    for (const passage of document.querySelectorAll(".k-passage")) {
      passage.classList.toggle("k-open", passage.dataset.rank === link.dataset.rank);
    }
    const viewer = document.getElementById("k-viewer");
    if (viewer && window.matchMedia("(max-width: 1023px)").matches) viewer.scrollIntoView({ block: "start" });
  });

  // What Gradio's own requests are answered is seen here: a session that has ended, and a pause that is asked for.
  const ended = () => {
    const place = document.getElementById("k-ended");
    if (!place || !place.hidden) return;
    place.querySelector("a").search = new URLSearchParams({ next: window.location.pathname.slice(base.length) + window.location.search });
    place.hidden = false;
  };
  const pause = async (answer) => {
    const place = document.getElementById("k-wait");
    const { said } = await answer.clone().json().catch(() => ({}));
    if (!place || !said) return;
    place.textContent = said;
    place.hidden = false;
    setTimeout(() => { place.hidden = true; }, 1000 * (Number(answer.headers.get("Retry-After")) || 10));
  };
  const fetched = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await fetched.apply(window, asked);
    if (new URL(answer.url || window.location.href).pathname.includes("/gradio_api/")) {
      if (answer.status === 401) ended();
      if (answer.status === 429) pause(answer);
    }
    return answer;
  };

  // Gradio goes on silently when its server is gone; people have to know.
  const watch = async () => {
    const place = document.getElementById("k-lost");
    try {
      await fetch(`${base}/healthz`, { method: "HEAD" });
      if (place) place.hidden = true;
    } catch {
      if (place) place.hidden = false;
    }
    setTimeout(watch, document.hidden ? 60000 : 15000);
  };

  let last = null;
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(() => {
      const root = document.querySelector("#k-answering .k-shown[data-address]");
      if (!root || root === last) return;
      last = root;
      arrived(root);
    }).observe(document.body, { childList: true, subtree: true });
    setTimeout(watch, 15000);
  });
})();
