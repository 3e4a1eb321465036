/// The three files of the page at `/docs`.
enum DocsPage {
    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Scriberr API</title>
        <link rel="stylesheet" href="/docs/page.css">
        <script src="/docs/page.js" defer></script>
        </head>
        <body>
        <header>
        <h1>Scriberr API</h1>
        <p id="introduction"></p>
        <p><label>Find <input id="find" type="search" placeholder="path, method or word" autocomplete="off"></label>
        <a href="/api/v1/openapi.json">openapi.json</a></p>
        </header>
        <div id="columns">
        <nav id="contents" aria-label="Operations"></nav>
        <main id="operations"><noscript>The page needs its script. The document itself is at
        <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</noscript></main>
        </div>
        </body>
        </html>
        """

    static let style = """
        :root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #2563eb; --post: #15703c; --change: #8a5300; --delete: #b42318; }
        @media (prefers-color-scheme: dark) { :root { --accent: #7aa2ff; --post: #5ed18b; --change: #eab35f; --delete: #ff8a7a; } }
        * { box-sizing: border-box; }
        body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
        header, #columns { max-width: 80rem; margin: 0 auto; padding: 0 1rem; }
        #columns { display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 2rem; }
        nav { position: sticky; top: 0; max-height: 100vh; overflow: auto; padding: 1rem 0; font-size: .8rem; }
        nav a { display: block; padding: .1rem 0; overflow-wrap: anywhere; }
        nav h2 { font-size: .9rem; margin: .8rem 0 .2rem; }
        a { color: var(--accent); text-decoration: none; }
        a:hover, a:focus { text-decoration: underline; }
        [hidden] { display: none !important; }
        .operation { border: 1px solid var(--line); border-radius: .5rem; margin: 0 0 .5rem; }
        .operation > summary { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr) minmax(0, 1fr); gap: .2rem .8rem;
          padding: .5rem .9rem; align-items: baseline; list-style: none; border-radius: .5rem; }
        .operation > summary::-webkit-details-marker { display: none; }
        .operation > summary:hover { background: var(--soft); }
        .operation > summary > code { font-weight: 600; overflow-wrap: anywhere; }
        .operation > div { padding: 0 1rem 1rem; border-top: 1px solid var(--line); }
        h4 { margin: 1rem 0 .3rem; }
        .method { display: inline-block; min-width: 4.2rem; font: 700 .8rem/1.4 ui-monospace, monospace; color: var(--accent); }
        .post { color: var(--post); } .put, .patch { color: var(--change); } .delete { color: var(--delete); }
        code, pre { font: .85rem/1.45 ui-monospace, monospace; }
        pre { background: var(--soft); border-radius: .4rem; padding: .6rem .8rem; overflow: auto; margin: .4rem 0; }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; }
        td, th { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-top: 1px solid var(--line); }
        details { margin: .3rem 0; }
        summary { cursor: pointer; }
        input { font: inherit; padding: .3rem .5rem; min-width: 16rem; }
        .note { opacity: .75; font-size: .9rem; }
        main h2 { margin: 1.5rem 0 .2rem; } main h2 + p { margin: 0 0 .6rem; }
        @media (max-width: 50rem) {
          #columns { grid-template-columns: minmax(0, 1fr); } nav { display: none; }
          .operation > summary { grid-template-columns: 3.6rem minmax(0, 1fr); }
          .operation > summary > .note { grid-column: 1 / 3; }
          .method { min-width: 0; } table { display: block; overflow-x: auto; }
          input { min-width: 0; width: 100%; } label { display: block; }
        }
        """

    static let script = #"""
        "use strict";

        const make = (name, text, ...children) => {
          const element = document.createElement(name);
          if (text !== undefined && text !== null) element.textContent = text;
          element.append(...children);
          return element;
        };
        const classed = (element, name) => { element.className = name; return element; };
        // Text in which backticks set names apart.
        const prose = (name, text) => make(name, null, ...text.split("`").map((part, index) => index % 2 ? make("code", part) : part));
        let doc;

        const resolve = (value) => {
          while (value && value.$ref) value = value.$ref.slice(2).split("/").reduce((place, key) => place[key], doc);
          return value;
        };

        const typeOf = (schema) => {
          if (!schema) return "";
          if (schema.$ref) return schema.$ref.split("/").pop();
          if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
          if (schema.const !== undefined) return JSON.stringify(schema.const);
          if (schema.enum) return schema.enum.map((choice) => JSON.stringify(choice)).join(" | ");
          const types = [schema.type ?? "any"].flat();
          const name = types.map((type) => type === "array" ? `list of ${typeOf(schema.items)}` : type).join(" or ");
          return schema.format ? `${name} (${schema.format})` : name;
        };

        const limits = (schema) => {
          const words = [];
          for (const [key, label] of [["minimum", "at least"], ["maximum", "at most"], ["minLength", "length from"],
            ["maxLength", "length up to"], ["default", "default"], ["pattern", "pattern"]]) {
            if (schema && schema[key] !== undefined) words.push(`${label} ${schema[key]}`);
          }
          return words.join(", ");
        };

        const table = (headings, rows) => make("table", null,
          make("thead", null, make("tr", null, ...headings.map((text) => make("th", text)))),
          make("tbody", null, ...rows.map((cells) => make("tr", null, ...cells.map((cell) =>
            cell instanceof Node ? make("td", null, cell) : prose("td", cell))))));

        const inner = (schema) => {
          if (!schema) return null;
          if (schema.$ref) return schema;
          if (schema.items) return inner(schema.items);
          if (schema.anyOf) return schema.anyOf.map(inner).find(Boolean) ?? null;
          return null;
        };

        // A schema may hold itself, so that what is open already is only named.
        const fields = (schema, open = []) => {
          const target = resolve(schema);
          if (!target || !target.properties) return make("p", typeOf(schema));
          const box = make("div");
          box.append(table(["field", "type", ""], Object.entries(target.properties).map(([name, value]) => {
            const isNeeded = (target.required ?? []).includes(name);
            const notes = [isNeeded ? "" : "may be missing", limits(value), value.description ?? ""].filter(Boolean);
            return [make("code", name), typeOf(value), notes.join("; ")];
          })));
          for (const value of Object.values(target.properties)) {
            const next = inner(value);
            if (!next || open.includes(next.$ref) || !resolve(next).properties) continue;
            open = [...open, next.$ref];
            box.append(make("details", null, make("summary", typeOf(next)), fields(next, open)));
          }
          return box;
        };

        const content = (media) => {
          const box = make("div");
          for (const [type, value] of Object.entries(media ?? {})) {
            box.append(classed(make("p", type), "note"));
            if (value.schema) box.append(fields(value.schema));
            if (value.example !== undefined) box.append(make("pre", JSON.stringify(value.example, null, 2)));
          }
          return box;
        };

        const shell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

        const curl = (method, path, operation) => {
          const words = ["curl", "-s"];
          if (method !== "get") words.push("-X", method.toUpperCase());
          if (!operation.security || operation.security.length) words.push("-H", `"Authorization: Bearer $token"`);
          const media = operation.requestBody?.content ?? {};
          if (media["application/json"]) words.push("-d", shell(JSON.stringify(media["application/json"].example ?? {})));
          if (media["multipart/form-data"]) words.push("-F", "file=@meeting.m4a");
          return [...words, `"$server${path}"`].join(" ");
        };

        const methodName = (method) => classed(make("span", method.toUpperCase()), `method ${method}`);

        const showOperation = (method, path, operation) => {
          const box = classed(make("details", null, make("summary", null,
            methodName(method), make("code", path), classed(prose("span", operation.summary), "note"))), "operation");
          box.id = operation.operationId;
          // There are more than a hundred: what is inside is made when somebody looks.
          box.addEventListener("toggle", () => {
            if (box.open && box.childElementCount === 1) box.append(describe(method, path, operation));
          });
          return box;
        };

        const describe = (method, path, operation) => {
          const article = make("div");
          if (operation.description) article.append(prose("p", operation.description));
          const schemes = (operation.security ?? doc.security).flatMap((one) => Object.keys(one));
          article.append(classed(make("p", schemes.length ? `Credentials: ${schemes.join(", ")}` : "Open to everybody"), "note"));
          const parameters = (operation.parameters ?? []).map(resolve);
          if (parameters.length) {
            article.append(make("h4", "Parameters"), table(["name", "in", "type", ""], parameters.map((one) => [
              make("code", one.name), one.in, typeOf(one.schema), [one.description, limits(one.schema)].filter(Boolean).join("; "),
            ])));
          }
          if (operation.requestBody) {
            article.append(make("h4", operation.requestBody.required ? "Body" : "Body (may be left out)"));
            article.append(content(operation.requestBody.content));
          }
          article.append(make("h4", "Answers"));
          for (const [status, reference] of Object.entries(operation.responses)) {
            const answer = resolve(reference);
            const box = make("details", null, make("summary", `${status}  ${answer.description}`), content(answer.content));
            box.open = status.startsWith("2");
            article.append(box);
          }
          article.append(make("h4", "Try it"), make("pre", curl(method, path, operation)));
          return article;
        };

        const show = () => {
          document.querySelector("#introduction").replaceWith(prose("p", doc.info.description));
          const [contents, main] = [document.querySelector("#contents"), document.querySelector("#operations")];
          const all = Object.entries(doc.paths).flatMap(([path, methods]) =>
            Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
          const groups = [];
          for (const tag of doc.tags) {
            const own = all.filter((one) => one.operation.tags.includes(tag.name));
            const heads = [make("h2", tag.name), make("h2", tag.name)];
            contents.append(heads[0]);
            const about = classed(prose("p", tag.description), "note");
            main.append(heads[1], about);
            const group = { parts: [...heads, about], own: [] };
            groups.push(group);
            for (const { path, method, operation } of own) {
              const link = make("a", null, methodName(method), path);
              link.href = `#${operation.operationId}`;
              link.addEventListener("click", () => { article.open = true; });
              const article = showOperation(method, path, operation);
              contents.append(link);
              main.append(article);
              group.own.push({ link, article, text: `${method} ${path} ${operation.summary} ${tag.name}`.toLowerCase() });
            }
          }
          document.querySelector("#find").addEventListener("input", (event) => {
            const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
            for (const { parts, own } of groups) {
              for (const { link, article, text } of own) link.hidden = article.hidden = !words.every((word) => text.includes(word));
              for (const part of parts) part.hidden = own.every((one) => one.article.hidden);
            }
          });
          const open = () => {
            const chosen = document.getElementById(location.hash.slice(1));
            if (chosen?.matches(".operation")) { chosen.open = true; chosen.scrollIntoView(); }
          };
          addEventListener("hashchange", open);
          open();
        };

        fetch("/api/v1/openapi.json").then((answer) => answer.json()).then((value) => { doc = value; show(); }).catch(() => {
          document.querySelector("#operations").textContent = "The document could not be read. Reload the page to try again.";
        });
        """#
}
