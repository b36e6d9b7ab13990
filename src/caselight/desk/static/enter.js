// Sends the token of the one-time address. It stands behind #, so it is in no log, no history of a server, no referrer.
const token = location.hash.slice(1);
history.replaceState(null, "", "/enter");

function failed() {
  document.getElementById("wait").hidden = true;
  document.getElementById("failed").hidden = false;
}

if (!token) {
  failed();
} else {
  fetch("/enter", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
    .then((told) => location.replace(told.go))
    .catch(failed);
}
