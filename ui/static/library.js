// The Library room: the list follows its form while it is used; files and folders are dropped in and sent with their progress.
(() => {
  const $ = (id) => document.getElementById(id);

  // -- the list

  // Brings what may have changed (`data-refresh`) up to date in place, so that focus and what is read aloud stay.
  const bring = (fresh) => {
    for (const old of document.querySelectorAll("[data-refresh][id]")) {
      const now = fresh.getElementById(old.id);
      if (!now || (old !== document.activeElement && old.contains(document.activeElement))) continue;
      if (old.innerHTML !== now.innerHTML) old.innerHTML = now.innerHTML;
      for (const name of ["class", "value", "hidden"]) {
        if (now.hasAttribute(name)) old.setAttribute(name, now.getAttribute(name));
        else old.removeAttribute(name);
      }
    }
    const [old, now] = [document, fresh].map((page) => page.querySelector(".k-lang"));
    if (old && now) old.setAttribute("href", now.getAttribute("href"));
  };

  const listing = (form) => {
    let asked = null;
    let timer = 0;
    const show = async (add) => {
      const sent = new URLSearchParams();
      for (const [name, value] of new FormData(form)) {
        if (value && !(name === "sort" && value === "title")) sent.append(name, value);
      }
      const address = form.getAttribute("action") + (sent.size ? `?${sent}` : "");
      if (asked) asked.abort();
      asked = new AbortController();
      try {
        const answer = await fetch(address, { signal: asked.signal });
        if (!answer.ok) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        history[add ? "pushState" : "replaceState"](null, "", address);
        bring(fresh);
      } catch {
        // the next one has been asked for, or the connection is lost: the button works as ever
      }
    };
    form.addEventListener("input", (event) => {
      if (event.target.type !== "search") return;
      clearTimeout(timer);
      timer = setTimeout(() => show(false), 220);
    });
    form.addEventListener("change", (event) => {
      if (event.target.type === "checkbox") show(true);
    });
    window.addEventListener("popstate", () => window.location.reload());
    const shut = (but) => form.querySelectorAll("details[open]").forEach((one) => { if (one !== but) one.open = false; });
    document.addEventListener("click", (event) => shut(event.target.closest(".l-chip")));
    form.addEventListener("keydown", (event) => {
      const open = form.querySelector("details[open]");
      if (event.key !== "Escape" || !open) return;
      open.open = false;
      open.querySelector("summary").focus();
    });
  };

  // -- files

  const AT_ONCE = 2;
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  };
  const fill = (form, values) => form.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  // Files that systems leave in folders without anybody having put them there.
  const unwanted = (path) => path.split("/").some((part) => /^\.|^~\$|^(thumbs\.db|desktop\.ini)$/i.test(part));

  const walk = async (entry, path, found) => {
    if (entry.isFile) {
      const file = await new Promise((done) => entry.file(done, () => done(null)));
      if (file) found.push({ file, path: path + file.name });
      return;
    }
    const reader = entry.createReader();
    for (;;) { // a reader gives at most 100 at a time
      const some = await new Promise((done) => reader.readEntries(done, () => done([])));
      if (!some.length) return;
      for (const one of some) await walk(one, `${path}${entry.name}/`, found);
    }
  };
  const dropped = async (data) => {
    // Entries are gone once the event is over, so they are all taken first.
    const items = [...data.items].filter((item) => item.kind === "file");
    const entries = items.map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
    const plain = items.map((item) => item.getAsFile());
    const found = [];
    for (const [n, entry] of entries.entries()) {
      if (entry) await walk(entry, "", found);
      else if (plain[n]) found.push({ file: plain[n], path: plain[n].name });
    }
    return found;
  };

  const taking = (form) => {
    const said = form.dataset;
    const place = $("l-sent");
    const most = Number(said.most);
    let rows = [];
    let parts = null;
    let running = 0;

    const head = () => {
      place.textContent = "";
      place.hidden = false;
      const title = make("h2", "", said.title);
      const line = make("p");
      line.setAttribute("role", "status");
      const whole = make("progress");
      whole.setAttribute("aria-label", said.title);
      const list = make("ul");
      const stop = make("button", "k-button", said.cancelAll);
      stop.type = "button";
      stop.addEventListener("click", () => rows.forEach(cancel));
      place.append(title, whole, line, list, stop);
      place.scrollIntoView({ block: "nearest" });
      return { title, line, whole, list, stop };
    };
    const count = () => {
      const done = rows.filter((row) => row.state === "over").length;
      parts.line.textContent = fill(said.sent, { done, total: rows.length });
      const size = rows.reduce((sum, row) => sum + row.file.size, 0);
      parts.whole.max = size || 1;
      parts.whole.value = rows.reduce((sum, row) => sum + (row.state === "over" ? row.file.size : row.sent), 0);
    };
    const add = (file, path) => {
      const row = { file, path, sent: 0, state: "waiting", kept: "", refused: "" };
      row.item = make("li");
      const name = make("b", "", path);
      name.dir = "auto";
      row.label = make("span", "k-badge", said.waiting);
      row.bar = make("progress");
      row.bar.max = 100;
      row.bar.value = 0;
      row.bar.setAttribute("aria-label", path);
      row.more = make("span", "l-said");
      row.button = make("button", "k-link", said.cancel);
      row.button.type = "button";
      row.button.setAttribute("aria-label", fill(said.cancelOf, { name: path }));
      row.button.addEventListener("click", () => cancel(row));
      row.item.append(row.label, name, row.button, row.more, row.bar);
      parts.list.append(row.item);
      rows.push(row);
    };
    const over = (row, kind, label, more) => {
      if (row.state === "over") return;
      if (row.state === "sending") running -= 1;
      row.state = "over";
      row.label.className = `k-badge k-${kind}`;
      row.label.textContent = label;
      row.more.textContent = more || "";
      row.bar.remove();
      row.button.remove();
      count();
      next();
    };
    const refuse = (row, code, why) => {
      row.refused = code;
      over(row, "bad", said.refused, why);
    };
    const cancel = (row) => {
      if (row.state === "over") return;
      const request = row.request;
      over(row, "plain", said.cancelled);
      if (request) request.abort();
    };
    const answered = (row) => {
      let told = {};
      try {
        told = JSON.parse(row.request.responseText);
      } catch {
        // an answer that is none of ours
      }
      if (row.request.status === 200 && told.name) {
        row.kept = told.name;
        over(row, "good", told.there ? said.there : said.done);
      } else {
        refuse(row, told.refused || "lost", told.said || said.lost);
      }
    };
    const send = (row) => {
      if (row.file.size > most) {
        refuse(row, "large", said.large);
        return;
      }
      row.state = "sending";
      running += 1;
      const request = new XMLHttpRequest();
      row.request = request;
      request.upload.addEventListener("progress", (event) => {
        row.sent = Math.min(event.loaded, row.file.size);
        const share = event.total ? Math.floor((event.loaded / event.total) * 100) : 100;
        row.bar.value = share;
        row.label.textContent = `${share} %`;
        count();
      });
      request.addEventListener("load", () => answered(row));
      request.addEventListener("error", () => refuse(row, "lost", said.lost));
      const body = new FormData();
      body.append("files", row.file, row.path);
      request.open("POST", form.getAttribute("action"));
      request.setRequestHeader("Accept", "application/json");
      request.send(body);
    };
    const next = () => {
      while (running < AT_ONCE) {
        const row = rows.find((one) => one.state === "waiting");
        if (!row) break;
        send(row);
      }
      if (!running && rows.length && rows.every((row) => row.state === "over")) finish();
    };
    const finish = async () => {
      if (parts.finished) return;
      parts.finished = true;
      parts.stop.remove();
      parts.whole.remove();
      const names = rows.filter((row) => row.kept).map((row) => row.kept);
      const refused = rows.filter((row) => row.refused).map((row) => [row.path, row.refused]);
      rows = [];
      if (!names.length) {
        parts.title.textContent = said.nothing;
        return;
      }
      try {
        const answer = await fetch(said.read, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ names, refused }),
        });
        if (!answer.ok) throw new Error(String(answer.status));
        window.location.assign((await answer.json()).address);
      } catch {
        parts.title.textContent = said.unread;
      }
    };
    const take = (found) => {
      const wanted = found.filter(({ path }) => !path.includes("/") || !unwanted(path));
      if (!wanted.length) return;
      if (!rows.length) parts = head();
      for (const { file, path } of wanted) add(file, path);
      count();
      next();
    };

    form.addEventListener("submit", (event) => event.preventDefault());
    const chosen = (input) => {
      const found = [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
      input.value = "";
      take(found);
    };
    form.addEventListener("change", (event) => chosen(event.target));
    for (const input of form.querySelectorAll("input[type=file]")) chosen(input); // before this script was there
    window.addEventListener("beforeunload", (event) => {
      if (rows.length) event.preventDefault();
    });
    dropping(async (data) => take(await dropped(data)));
  };

  // The whole room takes what is dropped.
  const dropping = (take) => {
    const veil = $("l-drop");
    let depth = 0;
    const holds = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
    const over = (change) => (event) => {
      if (!holds(event)) return;
      event.preventDefault();
      depth = Math.max(0, depth + change);
      veil.hidden = !depth;
    };
    document.addEventListener("dragenter", over(1));
    document.addEventListener("dragleave", over(-1));
    document.addEventListener("dragover", over(0));
    document.addEventListener("drop", (event) => {
      if (!holds(event)) return;
      event.preventDefault();
      depth = 0;
      veil.hidden = true;
      take(event.dataTransfer);
    });
  };

  // -- readings

  // The end of a reading is said aloud once, and its button goes.
  const reading = (section) => {
    const place = section.querySelector("[data-live]");
    if (!place) return;
    new MutationObserver((_, observer) => {
      const told = place.querySelector("[data-say]");
      if (!told) return;
      observer.disconnect();
      section.querySelector("form")?.remove();
      window.kalla?.say(told.dataset.say);
    }).observe(place, { childList: true, subtree: true });
  };

  document.addEventListener("DOMContentLoaded", () => {
    if ($("l-filter")) listing($("l-filter"));
    if ($("l-take")) taking($("l-take"));
    document.querySelectorAll(".l-reading").forEach(reading);
  });
})();
