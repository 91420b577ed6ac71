// The Collected room: notes are saved when they are left, passages are moved without a reload, and can be dragged.
// Without this script every form works by itself.
(() => {
  const list = document.querySelector(".kept-list");
  if (!list) return;
  const { say, refresh } = window.kalla;
  document.querySelector("main").classList.add("kept-live"); // the buttons that save notes are not needed

  const send = async (action, fields) => {
    const headers = { Accept: "application/json" };
    const answer = await fetch(action, { method: "POST", body: new URLSearchParams(fields), headers, keepalive: true });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  // -- notes

  const saving = new Map(); // of a form: what is under way
  const save = (form) => {
    const field = form.querySelector("textarea");
    if (field.value === field.dataset.saved) return saving.get(form) || Promise.resolve();
    const value = field.value;
    field.dataset.saved = value;
    const work = send(form.action, { id: form.elements.id.value, note: value }).then(
      () => {
        form.querySelector(".kept-printed").textContent = value;
        form.classList.remove("kept-unsaved");
        say(field.dataset.done);
        return refresh();
      },
      () => {
        field.dataset.saved = ""; // so that it is tried again
        form.classList.add("kept-unsaved");
        say(field.dataset.failed);
      },
    );
    saving.set(form, work);
    return work;
  };
  for (const form of list.querySelectorAll("form[data-note]")) {
    const field = form.querySelector("textarea");
    let timer = 0;
    field.dataset.saved = field.defaultValue; // not its value: somebody may have typed before this script was there
    field.addEventListener("blur", () => save(form));
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => save(form), 4000);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save(form);
    });
  }
  const saveAll = () => Promise.all([...list.querySelectorAll("form[data-note]")].map(save));
  window.addEventListener("pagehide", saveAll);

  // -- order

  const items = () => [...list.children];
  const number = () => items().forEach((item, at) => { item.querySelector(".kept-n").textContent = String(at + 1); });
  const arrange = (item, place) => {
    const others = items().filter((other) => other !== item);
    list.insertBefore(item, others[place - 1] || null);
    number();
  };
  const move = async (item, to, action) => {
    try {
      const { place, said } = await send(action, { id: item.dataset.id, to });
      arrange(item, place);
      say(said);
      await refresh();
    } catch {
      say(list.dataset.failed);
      return false;
    }
    return true;
  };
  list.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.dataset.move) {
      event.preventDefault();
      const item = form.closest("li");
      await move(item, form.dataset.move, form.action);
      // At either end one of the two buttons goes: the focus stays with the passage.
      const buttons = [form.querySelector("button"), ...item.querySelectorAll("[data-move] button")];
      buttons.find((button) => button.offsetParent)?.focus();
      item.scrollIntoView({ block: "nearest" });
    } else if ("letGo" in form.dataset) {
      event.preventDefault();
      await saveAll(); // what is removed can be brought back with its note
      form.submit();
    }
  });

  // -- drag and drop, by the number; the buttons do the same by keyboard and by touch

  let dragged = null;
  const action = list.querySelector("form[data-move]").action;
  for (const item of items()) {
    const grip = item.querySelector(".kept-n");
    grip.draggable = true;
    grip.title = list.dataset.drag;
    grip.addEventListener("dragstart", (event) => {
      dragged = item;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      event.dataTransfer.setDragImage(item, 20, 20);
      requestAnimationFrame(() => list.classList.add("kept-dragging"));
      item.classList.add("kept-dragged");
    });
    grip.addEventListener("dragend", () => {
      list.classList.remove("kept-dragging");
      item.classList.remove("kept-dragged");
      dragged = null;
    });
  }
  list.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const over = event.target.closest(".kept-list > li");
    if (!over || over === dragged) return;
    const { top, height } = over.getBoundingClientRect();
    list.insertBefore(dragged, event.clientY < top + height / 2 ? over : over.nextSibling);
  });
  let before = [];
  list.addEventListener("dragstart", () => { before = items(); }, true);
  list.addEventListener("drop", async (event) => {
    if (!dragged) return;
    event.preventDefault();
    const item = dragged;
    number();
    if (!(await move(item, String(items().indexOf(item) + 1), action))) {
      list.append(...before);
      number();
    }
  });
  list.addEventListener("dragend", (event) => {
    if (event.dataTransfer.dropEffect !== "none") return; // dropped in its place
    list.append(...before);
    number();
  });
})();
