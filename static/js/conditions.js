/* The editor of a tree of conditions: see templates/crm/_condition_editor.html, where its parts and words are.

   Each part of the tree is an element with a read(pointer) of its own that gives its JSON; what is on the screen is the
   state. Whatever changes is written into the form's field and said aloud by the server. Menus are asked for when their
   field is first chosen; what the tree names of them is there from the beginning. */
"use strict";
(() => {
  const PAUSE = 350; // milliseconds without a change before the server is asked
  const NUMBERS = ["amount", "number"];

  class Editor {
    constructor(box) {
      this.box = box;
      this.field = box.querySelector("textarea");
      this.words = JSON.parse(box.querySelector("script[type='application/json']").textContent);
      this.saidBox = box.querySelector("[data-said]");
      this.menus = new Map();
      const tree = this.field.value.trim() ? this.parsed() : { all: [] };
      if (tree === undefined) return; // what cannot be read is mended by hand
      this.top = this.group(grouped(tree), this.words.root, false);
      const place = box.querySelector("[data-tree]");
      place.append(this.top);
      place.hidden = false;
      this.field.hidden = true;
      // A menu says “input” before “change”, and is rebuilt at the second: both are listened to.
      box.addEventListener("input", () => this.changed());
      box.addEventListener("change", () => this.changed());
      this.changed();
    }

    parsed() {
      try {
        return JSON.parse(this.field.value) ?? { all: [] };
      } catch {
        return undefined;
      }
    }

    // All there is to choose from; nothing where a value is written, as where the menu cannot be had now.
    menu(field) {
      if (!this.menus.has(field.name)) this.menus.set(field.name, this.asked(field.name));
      return this.menus.get(field.name);
    }

    async asked(name) {
      try {
        const answer = await fetch(`${this.box.dataset.choicesAt}?field=${encodeURIComponent(name)}`);
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        return (await answer.json()).choices;
      } catch {
        this.menus.delete(name);
        return null;
      }
    }

    // A control that is shown with what is known, and once more when its menu is there.
    withMenu(field, value, show) {
      const place = document.createElement("span");
      place.className = "cond";
      let inner;
      const put = (choices, told) => {
        const control = show(choices, told);
        inner = control.read;
        place.replaceChildren(...control.elements);
      };
      put(field.choices, value);
      place.setAttribute("aria-busy", "true");
      this.menu(field).then((choices) => {
        // What the tree names stays to be chosen, also where the menu would not offer it to this reader.
        const named = (field.choices || []).filter((one) => !choices?.some((other) => other.value === one.value));
        put(choices && [...choices, ...named], inner() ?? value);
        place.removeAttribute("aria-busy");
        if (place.isConnected) this.box.dispatchEvent(new Event("change", { bubbles: true }));
      });
      place.read = () => inner();
      return place;
    }

    part(name) {
      return this.box.querySelector(`template[data-part="${name}"]`).content.firstElementChild.cloneNode(true);
    }

    changed() {
      this.field.value = JSON.stringify(this.top.read(""));
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.ask(), PAUSE);
    }

    async ask() {
      const asked = this.field.value;
      const body = new URLSearchParams({ tree: asked });
      // A form that only asks (GET) has no token of its own: the bar over every page has one.
      const its = this.box.closest("form")?.elements.csrfmiddlewaretoken;
      const token = (its ?? document.querySelector("input[name=csrfmiddlewaretoken]"))?.value || "";
      try {
        const answer = await fetch(this.box.dataset.saidAt, { method: "POST", body, headers: { "X-CSRFToken": token } });
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        const text = await answer.text();
        if (asked === this.field.value) this.say(text);
      } catch {
        this.saidBox.textContent = this.box.querySelector("template[data-part=failed]").content.textContent;
        this.saidBox.hidden = false;
      }
    }

    // A fault stands beside its condition when that is on the screen, else under the tree.
    say(html) {
      this.saidBox.innerHTML = html;
      for (const place of this.box.querySelectorAll("[data-fault-here]")) place.hidden = true;
      for (const marked of this.box.querySelectorAll("[aria-invalid]")) marked.removeAttribute("aria-invalid");
      for (const fault of this.saidBox.querySelectorAll("[data-fault]")) {
        const row = this.rowAt(fault.dataset.fault);
        if (!row) continue;
        const place = row.querySelector(":scope > [data-fault-here]");
        place.textContent = fault.textContent;
        place.hidden = false;
        for (const control of row.querySelectorAll(":scope > [data-rest] :is(input, select)")) control.setAttribute("aria-invalid", "true");
        fault.remove();
      }
      this.saidBox.hidden = !this.saidBox.textContent.trim();
    }

    rowAt(pointer) {
      return [...this.box.querySelectorAll(".cond[data-pointer]")]
        .filter((row) => pointer === row.dataset.pointer || pointer.startsWith(`${row.dataset.pointer}/`))
        .sort((one, other) => other.dataset.pointer.length - one.dataset.pointer.length)[0];
    }

    node(tree, root) {
      return "all" in tree || "any" in tree || "not" in tree ? this.group(grouped(tree), root, true) : this.condition(tree, root);
    }

    group(told, root, mayGo) {
      const it = this.part("group");
      const list = it.querySelector("[data-children]");
      const join = it.querySelector("[data-join]");
      join.value = told.join;
      const add = (tree) => {
        const item = document.createElement("li");
        item.append(this.node(tree, root));
        list.append(item);
        return item;
      };
      told.children.forEach(add);
      const added = { comparison: () => this.first(root), group: () => ({ any: [this.first(root)] }) };
      for (const button of it.querySelectorAll("[data-add]")) {
        button.addEventListener("click", () => {
          add(added[button.dataset.add]()).querySelector("select").focus();
          this.changed();
        });
      }
      this.removable(it, mayGo);
      it.read = (pointer) => {
        const under = join.value === "none" ? `${pointer}/not/any` : `${pointer}/${join.value}`;
        const children = [...list.children].map((item, index) => item.firstElementChild.read(`${under}/${index}`));
        return join.value === "none" ? { not: { any: children } } : { [join.value]: children };
      };
      return it;
    }

    // The cursor goes on to the group's own buttons: nobody who works by keys is left nowhere.
    removable(it, mayGo) {
      const button = it.querySelector("[data-remove]");
      if (!mayGo) return button.remove();
      button.addEventListener("click", () => {
        const owner = it.parentElement.closest(".group");
        const item = it.parentElement.matches("li") ? it.parentElement : it;
        item.remove();
        owner.querySelector(":scope > .row [data-add]").focus();
        this.changed();
      });
    }

    first(root) {
      const field = this.words.roots[root].fields[0];
      return { field: field.name, op: field.operators[0].code };
    }

    condition(tree, root) {
      const it = this.part("condition");
      const known = this.words.roots[root];
      const what = it.querySelector("[data-what]");
      what.append(...known.fields.map((one) => option(one.name, one.label)), ...known.lists.map((one) => option(`[]${one.name}`, one.label)));
      const list = tree.some || tree.count || tree.sum;
      what.value = list ? `[]${list}` : tree.field;
      const build = (told) => {
        it.querySelector("[data-rest]").replaceChildren();
        it.querySelector("[data-where]").replaceChildren();
        const asked = known.lists.find((one) => `[]${one.name}` === what.value);
        it.inner = asked ? this.list(it, told, asked) : this.comparison(it, told, known.fields.find((one) => one.name === what.value));
      };
      build(tree);
      what.addEventListener("change", () => build({}));
      this.removable(it, true);
      it.read = (pointer) => {
        it.dataset.pointer = pointer;
        return it.inner(pointer);
      };
      return it;
    }

    comparison(it, tree, field) {
      const asked = this.question(it.querySelector("[data-rest]"), tree, field.operators, field);
      return () => ({ field: field.name, ...asked() });
    }

    list(it, tree, asked) {
      const rest = it.querySelector("[data-rest]");
      const how = this.part("how");
      how.value = "count" in tree ? "count" : "sum" in tree ? "sum" : "some";
      const controls = document.createElement("span");
      controls.className = "cond";
      rest.append(how, controls);
      let inner;
      const build = (told) => {
        controls.replaceChildren();
        inner = this[how.value](controls, told, asked);
      };
      build(tree);
      how.addEventListener("change", () => build({}));
      const where = this.where(it.querySelector("[data-where]"), tree.where, asked.item);
      return (pointer) => ({ [how.value]: asked.name, ...inner(), ...where(`${pointer}/where`) });
    }

    some() {
      return () => ({});
    }

    count(place, tree) {
      return this.question(place, tree, this.words.numbers, { kind: "whole" });
    }

    sum(place, tree, asked) {
      const of = this.part("of");
      const fields = this.words.roots[asked.item].fields.filter((one) => one.adds_up);
      of.append(...fields.map((one) => option(one.name, one.label)));
      if (tree.of) of.value = tree.of;
      const rest = document.createElement("span");
      rest.className = "cond";
      place.append(of, rest);
      let inner;
      const build = (told) => {
        rest.replaceChildren();
        const field = fields.find((one) => one.name === of.value);
        inner = this.question(rest, told, field.operators, field);
      };
      build(tree);
      of.addEventListener("change", () => build({}));
      return () => ({ of: of.value, ...inner() });
    }

    where(place, tree, item) {
      const narrow = this.part("narrow");
      const show = (told) => place.replaceChildren(this.group(grouped(told), item, true));
      narrow.addEventListener("click", () => {
        show({ all: [this.first(item)] });
        place.querySelector("select").focus();
        this.changed();
      });
      place.append(narrow);
      if (tree) show(tree);
      return (pointer) => {
        const group = place.querySelector(":scope > .group");
        if (!group) {
          if (!place.contains(narrow)) place.append(narrow);
          return {};
        }
        const told = group.read(pointer);
        const isEmpty = (told.all || told.any || told.not.any).length === 0;
        return isEmpty ? {} : { where: told };
      };
    }

    question(place, tree, operators, field) {
      const operator = this.part("operator");
      operator.append(...operators.map((one) => option(one.code, one.label)));
      if (tree.op) operator.value = tree.op;
      const values = document.createElement("span");
      values.className = "cond";
      place.append(operator, values);
      let inner;
      const build = (value) => {
        const takes = operators.find((one) => one.code === operator.value).takes;
        values.replaceChildren();
        inner = this.values[takes].call(this, values, value, field);
      };
      build(tree.value);
      operator.addEventListener("change", () => build(undefined));
      return () => ({ op: operator.value, ...inner() });
    }

    values = {
      nothing: () => () => ({}),
      one(place, value, field) {
        const one = this.one(field, value);
        place.append(one);
        return () => ({ value: one.read() });
      },
      pair(place, value, field) {
        const [low, high] = ["from", "to"].map((part, index) => this.input(part, field.kind, value?.[index]));
        place.append(low, high);
        return () => ({ value: [low.read(), high.read()] });
      },
      times(place, value) {
        const [low, high] = ["from", "to"].map((part, index) => this.input(part, "time", value?.[index]));
        place.append(low, high);
        return () => ({ value: [low.read(), high.read()] });
      },
      days(place, value) {
        const days = this.input("value", "whole", value);
        place.append(days);
        return () => ({ value: days.read() });
      },
      weekdays(place, value) {
        const boxes = this.words.weekdays.map((day) => checkbox(day, value?.includes(day.value)));
        place.append(...boxes);
        return () => ({ value: boxes.filter((box) => box.firstChild.checked).map((box) => Number(box.firstChild.value)) });
      },
      list(place, value, field) {
        const many = field.choices ? this.withMenu(field, value, (choices, told) => this.several(field, choices, told)) : null;
        const control = many ? { elements: [many], read: many.read } : this.several(field, null, value);
        place.append(...control.elements);
        return () => ({ value: control.read() });
      },
    };

    several(field, choices, value) {
      if (!choices) {
        const words = this.input("value", "text", value?.join(", "));
        const one = (text) => (field.kind === "reference" ? whole(text) : text);
        return { elements: [words], read: () => words.value.split(",").map((text) => text.trim()).filter(Boolean).map(one) };
      }
      const boxes = choices.map((choice) => checkbox(choice, value?.includes(choice.value)));
      return { elements: boxes, read: () => choices.filter((_, index) => boxes[index].firstChild.checked).map((choice) => choice.value) };
    }

    one(field, value) {
      if (field.kind === "yes_no") {
        const select = this.part("yes_no");
        select.value = String(value ?? true);
        select.read = () => select.value === "true";
        return select;
      }
      if (!field.choices) return this.input("value", field.kind, value);
      return this.withMenu(field, value, (choices, told) => this.chosen(field, choices, told));
    }

    chosen(field, choices, value) {
      if (!choices) {
        const input = this.input("value", field.kind, value);
        return { elements: [input], read: input.read };
      }
      const select = this.part("choice");
      select.append(...choices.map((choice) => option(choice.value, choice.label)));
      if (value !== undefined) select.value = value;
      return { elements: [select], read: () => choices.find((choice) => String(choice.value) === select.value)?.value };
    }

    input(part, kind, value) {
      const input = this.part(part);
      if (["date", "birthday", "moment"].includes(kind)) input.type = "date";
      if (kind === "time") input.type = "time";
      if (NUMBERS.includes(kind)) input.inputMode = "decimal";
      if (["whole", "reference"].includes(kind)) input.inputMode = "numeric";
      input.value = value ?? "";
      input.read = () => {
        if (["whole", "reference"].includes(kind)) return whole(input.value.trim());
        return NUMBERS.includes(kind) ? input.value.replace(/[\s\u00a0]/g, "").replace(",", ".") : input.value;
      };
      return input;
    }
  }

  // Every tree as a group with a way of joining; “none” is the not of an any.
  function grouped(tree) {
    if (tree.all) return { join: "all", children: tree.all };
    if (tree.any) return { join: "any", children: tree.any };
    if (tree.not) return { join: "none", children: tree.not.any || [tree.not] };
    return { join: "all", children: [tree] };
  }

  function whole(text) {
    return /^-?[0-9]{1,15}$/.test(text) ? Number(text) : text;
  }

  function option(value, label) {
    const it = document.createElement("option");
    it.value = value;
    it.textContent = label;
    return it;
  }

  function checkbox(choice, isChecked) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = choice.value;
    box.checked = Boolean(isChecked);
    label.className = "pick";
    label.append(box, ` ${choice.label}`);
    return label;
  }

  // Forms bring their scripts in the head, before there is anything to find.
  function start() {
    for (const box of document.querySelectorAll("[data-conditions]")) new Editor(box);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
