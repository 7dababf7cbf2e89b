// Rich text in a block's form. The area stays in the form and holds plain words; a field beside it
// holds the rich text, and wins. The editor's module is loaded where a field needs it.
import { on } from "./page.js";

const begun = new WeakSet();

// What the editor knows: no more than letters may have.
function extensionsOf(prose, openLink) {
  const Link = prose.Link.extend({
    addKeyboardShortcuts: () => ({ "Mod-k": openLink }),
  }).configure({ enableTarget: false, defaultProtocol: "https" });
  const { Document, Paragraph, Text, HardBreak, History, Bold, Italic, Underline, Strike } = prose;
  return [Document, Paragraph, Text, HardBreak, History, Bold, Italic, Underline, Strike, Link,
    prose.BulletList, prose.OrderedList.configure({ enableListAttributes: false }), prose.ListItem];
}

class RichField {
  constructor(box, prose) {
    this.box = box;
    this.area = box.querySelector("textarea");
    this.field = box.querySelector("[data-html]");
    this.bar = box.querySelector("[data-rich-bar]");
    this.linkBar = box.querySelector("[data-rich-link]");
    this.place = box.querySelector("[data-rich-text]");
    this.field.value = this.field.dataset.html || "<p></p>";
    this.editor = this.edit(prose);
    this.listen();
    this.show();
  }

  edit(prose) {
    const { area } = this;
    return new prose.Editor({
      element: this.place,
      extensions: extensionsOf(prose, () => this.openLink()),
      content: this.field.dataset.html,
      injectCSS: false,
      editorProps: { attributes: {
        role: "textbox", "aria-multiline": "true", id: `${area.id}_rich`,
        "aria-labelledby": `${area.id}_label`, "aria-describedby": `${area.id}_help`,
      } },
      onUpdate: () => this.keep(),
      onTransaction: () => this.tell(),
    });
  }

  // The area is hidden only once the editor is there.
  show() {
    const hadFocus = document.activeElement === this.area || this.area.autofocus;
    [this.area.hidden, this.bar.hidden, this.place.hidden] = [true, false, false];
    this.area.removeAttribute("autofocus");
    this.box.querySelector("label").htmlFor = `${this.area.id}_rich`;
    if (hadFocus) this.editor.commands.focus("end");
    this.tell();
  }

  keep() {
    this.field.value = this.editor.getHTML();
    this.area.value = this.editor.getText();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Buttons say what holds at the cursor.
  tell() {
    if (!this.editor) return;  // it is being made
    this.bar.querySelectorAll("[data-mark]").forEach((button) => {
      button.setAttribute("aria-pressed", this.editor.isActive(button.dataset.mark));
    });
    this.bar.querySelector("[data-link]").setAttribute("aria-pressed", this.editor.isActive("link"));
  }

  listen() {
    this.bar.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      const { do: command, richWord } = button.dataset;
      if (command) this.editor.chain().focus()[command]().run();
      else if (richWord) this.insert(button, richWord);
      else this.openLink();
    });
    this.linkBar.addEventListener("click", ({ target }) => {
      if (target.closest("[data-link-set]")) this.setLink();
      if (target.closest("[data-link-off]")) this.removeLink();
    });
    this.linkBar.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();  // it would send the form
        this.setLink();
      } else if (event.key === "Escape") this.closeLink();
    });
  }

  insert(button, word) {
    button.closest("details").open = false;
    this.editor.chain().focus().insertContent({ type: "text", text: word }).run();
  }

  get address() {
    return this.linkBar.querySelector("input");
  }

  openLink() {
    if (!this.linkBar.hidden) {
      this.closeLink();
      return true;
    }
    this.address.value = this.editor.getAttributes("link").href || "";
    this.toggleLink(true);
    this.address.focus();
    return true;
  }

  toggleLink(open) {
    this.linkBar.hidden = !open;
    this.bar.querySelector("[data-link]").setAttribute("aria-expanded", open);
  }

  closeLink() {
    this.toggleLink(false);
    this.editor.commands.focus();
  }

  // Where nothing is selected, the address is what is linked.
  setLink() {
    const typed = this.address.value.trim();
    if (!typed) return this.removeLink();
    const href = /^([a-z][a-z0-9+.-]*:|\{|\/\/)/i.test(typed) ? typed : this.guessed(typed);
    const chain = this.editor.chain().focus();
    if (this.editor.state.selection.empty && !this.editor.isActive("link")) {
      chain.insertContent({ type: "text", text: typed, marks: [{ type: "link", attrs: { href } }] });
    } else {
      chain.extendMarkRange("link").setLink({ href });
    }
    chain.run();
    this.toggleLink(false);
  }

  guessed(typed) {
    return typed.includes("@") ? `mailto:${typed}` : `https://${typed}`;
  }

  removeLink() {
    this.editor.chain().focus().extendMarkRange("link").unsetLink().run();
    this.toggleLink(false);
  }
}

async function begin(box) {
  if (begun.has(box)) return;
  begun.add(box);
  const prose = await import(box.dataset.richModule).catch(() => null);
  if (prose && box.isConnected) new RichField(box, prose);
}

function beginAll() {
  document.querySelectorAll("[data-rich]").forEach(begin);
}

// Another module's menu of fields closes by itself; that of a rich text too.
on("focusin", ({ target }) => {
  document.querySelectorAll("details[open][data-rich-fields]").forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
});

on("htmx:afterSettle", beginAll);
beginAll();
