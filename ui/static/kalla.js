// What plain HTML cannot do, in every room: "/" goes to the question, words are copied with their reference, passages are
// kept, long work is followed, and the counts in the header are filled in.
(() => {
  const typing = (element) => element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
  const base = new URL(document.currentScript.src).pathname.split("/static/")[0]; // the path below which all of it is served
  const language = () => document.documentElement.lang || "en";
  const say = (words) => {
    const place = document.querySelector(".k-said-once");
    if (!place || !words) return;
    place.textContent = words;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { place.textContent = ""; }, 4000);
  };

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = document.querySelector("#k-question textarea, [data-question]");
    if (!field || !field.offsetParent) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  // Copies as plain text and as HTML, so that a word processor gets quotation and reference as paragraphs.
  const copy = async (button) => {
    const plain = button.dataset.copy;
    const rich = button.dataset.copyHtml;
    try {
      if (rich && window.ClipboardItem) {
        const as = (type, value) => new Blob([value], { type });
        await navigator.clipboard.write([
          new ClipboardItem({ "text/plain": as("text/plain", plain), "text/html": as("text/html", rich) }),
        ]);
      } else {
        await navigator.clipboard.writeText(plain);
      }
      say(button.dataset.done);
    } catch {
      say(button.dataset.failed);
    }
  };

  // Keeps passages: `data-keep` holds their numbers with commas between, `data-asked` the question.
  const keep = async (button) => {
    const sent = new URLSearchParams({ passages: button.dataset.keep, question: button.dataset.asked || "" });
    try {
      const answer = await fetch(`${base}/${language()}/collected/keep`, { method: "POST", body: sent });
      if (!answer.ok) throw new Error(String(answer.status));
      say(button.dataset.done);
      count();
    } catch {
      say(button.dataset.failed);
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-keep]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.keep) keep(button);
    else copy(button);
  });

  // On a narrow screen the header's rooms scroll sideways: the one that is shown is in sight.
  const reveal = () => {
    const nav = document.querySelector(".k-top nav");
    const here = nav?.querySelector("[aria-current]");
    if (here) nav.scrollLeft = Math.max(0, here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2);
  };

  const count = async () => {
    const places = document.querySelectorAll("[data-count]");
    if (!places.length) return;
    try {
      const answer = await fetch(`${base}/${language()}/counts`);
      if (!answer.ok) return;
      const counts = await answer.json();
      for (const place of places) {
        const { shown, said } = counts[place.dataset.count] || {};
        place.textContent = shown || "";
        if (said) place.setAttribute("title", said);
      }
      reveal(); // the counts have moved the names
    } catch {
      // the page works without them
    }
  };

  // Follows long work: the element's content is asked for again until the answer says that it is done. Then everything on
  // the page that may have changed with it (`data-refresh`, each with an id) is brought up to date.
  const refresh = async () => {
    const answer = await fetch(window.location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-refresh]")) {
      const now = fresh.getElementById(old.id);
      if (now) old.replaceWith(now);
    }
    count();
  };
  const follow = (place) => {
    if (place.dataset.following) return;
    place.dataset.following = "yes";
    const look = async () => {
      if (!place.isConnected || !place.dataset.live) return;
      let again = 600;
      try {
        const answer = await fetch(place.dataset.live);
        place.classList.remove("k-lost");
        if (answer.ok) {
          const html = await answer.text();
          if (html !== place.dataset.last) {
            place.dataset.last = html;
            const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
            place.innerHTML = html;
            if (focused) document.getElementById(focused)?.focus();
          }
          if (answer.headers.get("X-Done") === "yes") {
            place.removeAttribute("data-live");
            await refresh();
            return;
          }
        }
      } catch {
        place.classList.add("k-lost"); // said by the style sheet; it goes on when the server is back
        again = 2000;
      }
      setTimeout(look, again);
    };
    look();
  };
  const followAll = () => document.querySelectorAll("[data-live]").forEach(follow);

  document.addEventListener("DOMContentLoaded", () => {
    reveal();
    count();
    followAll();
    new MutationObserver(followAll).observe(document.body, { childList: true, subtree: true });
  });
  window.kalla = { base, say, count, refresh, language };
})();
