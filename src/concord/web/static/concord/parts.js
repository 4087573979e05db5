// Sends the file of a form part by part, with progress; what was sent stays if the line breaks or
// the page is left. Without this script the form sends the file whole.
"use strict";

for (const form of document.querySelectorAll("form[data-parts]")) {
  const input = form.querySelector("input[type=file]");
  const box = form.querySelector(".sending");
  const bar = box.querySelector("progress");
  const said = box.querySelector("[role=status]");
  const secret = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const tries = 5;

  const ask = async (address, body, type) => {
    const headers = { "X-CSRFToken": secret };
    if (type) headers["Content-Type"] = type;
    const answer = await fetch(address, { method: body === undefined ? "GET" : "POST", headers, body });
    if (answer.ok || answer.status === 409) return answer.json();
    const refused = new Error(String(answer.status));
    refused.isRefused = answer.status < 500;
    throw refused;
  };

  const begun = async (file) => {
    const key = `parts:${form.action}:${file.name}:${file.size}:${file.lastModified}`;
    const kept = localStorage.getItem(key);
    if (kept) {
      const found = JSON.parse(kept);
      try {
        return { ...found, ...(await ask(found.address)), key };
      } catch (error) {
        if (!error.isRefused) throw error;
        localStorage.removeItem(key);
      }
    }
    const data = new FormData();
    data.append("name", file.name);
    data.append("size", file.size);
    const found = await ask(form.dataset.parts, data);
    localStorage.setItem(key, JSON.stringify({ id: found.id, address: found.address }));
    return { ...found, key };
  };

  const send = async (file) => {
    const state = await begun(file);
    let failed = 0;
    while (state.received < file.size) {
      bar.value = (100 * state.received) / file.size;
      said.textContent = `${form.dataset.sending}: ${Math.floor(bar.value)} %`;
      try {
        const part = file.slice(state.received, state.received + state.part);
        const address = `${state.address}?from=${state.received}`;
        state.received = (await ask(address, part, "application/octet-stream")).received;
        failed = 0;
      } catch (error) {
        failed += 1;
        if (error.isRefused || failed === tries) throw error;
        said.textContent = form.dataset.again;
        await new Promise((done) => setTimeout(done, 500 * 2 ** failed));
      }
    }
    bar.value = 100;
    return state;
  };

  form.addEventListener("submit", async (event) => {
    const file = input.files[0];
    if (!file) return;
    event.preventDefault();
    form.elements.arrived?.remove();
    box.hidden = false;
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      const state = await send(file);
      localStorage.removeItem(state.key);
      const arrived = document.createElement("input");
      arrived.type = "hidden";
      arrived.name = "arrived";
      arrived.value = state.id;
      form.append(arrived);
      input.disabled = true;
      form.submit();
    } catch (error) {
      button.disabled = false;
      said.textContent = form.dataset.stopped;
      if (error.isRefused) form.submit();
    }
  });
}
