// For Swagger UI: the request of each operation as code, from the schema's x-codeSamples, above its responses.
// The language that was chosen is everybody's on the page, and is remembered.
"use strict";

window.codeSamples = (words) => {
  const REMEMBERED = "veren-code-language";
  const SHOWN_FOR = 2000;

  // Where a browser keeps nothing for us, the choice lasts as long as the page.
  const language = {
    chosen: null,
    listeners: new Set(),
    now: () => language.chosen,
    listen: (listener) => {
      language.listeners.add(listener);
      return () => language.listeners.delete(listener);
    },
    choose: (label) => {
      language.chosen = label;
      try { localStorage.setItem(REMEMBERED, label); } catch { /* see above */ }
      language.listeners.forEach((listener) => listener());
    },
  };
  try { language.chosen = localStorage.getItem(REMEMBERED); } catch { /* see above */ }

  // Without https a browser lends no clipboard: then what is selected is copied.
  async function copy(code) {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(code.textContent);
      return;
    }
    window.getSelection().selectAllChildren(code);
    document.execCommand("copy");
  }

  return (system) => {
    const { createElement: h, useEffect, useRef, useState, useSyncExternalStore } = system.React;

    function CopyButton({ of }) {
      const [isCopied, setCopied] = useState(false);
      useEffect(() => {
        const over = isCopied && setTimeout(() => setCopied(false), SHOWN_FOR);
        return () => clearTimeout(over);
      }, [isCopied]);
      const onClick = () => copy(of.current).then(() => setCopied(true), () => setCopied(false));
      return h("button", { type: "button", className: "copy", onClick },
        h("span", { "aria-live": "polite" }, isCopied ? words.copied : words.copy));
    }

    function Samples({ samples }) {
      const chosen = useSyncExternalStore(language.listen, language.now);
      const code = useRef(null);
      const shown = samples.find((sample) => sample.label === chosen) ?? samples[0];
      const tab = ({ label }) => h("button", {
        type: "button", key: label, "aria-pressed": label === shown.label, onClick: () => language.choose(label),
      }, label);
      return h("section", { className: "as-code", "aria-label": words.code },
        h("div", { className: "as-code-head" },
          h("h4", null, words.code),
          h("div", { role: "group", "aria-label": words.language }, samples.map(tab)),
          h(CopyButton, { of: code, key: shown.label })),
        h("pre", { tabIndex: 0, translate: "no" }, h("code", { ref: code }, shown.source)));
    }

    const aboveResponses = (Responses, { specSelectors }) => (props) => {
      const samples = specSelectors.specJson().getIn(["paths", props.path, props.method, "x-codeSamples"]);
      return h(system.React.Fragment, null,
        samples && h(Samples, { samples: samples.toJS() }),
        h(Responses, props));
    };

    return { wrapComponents: { responses: aboveResponses } };
  };
};
