// A login in another tab changes the token: take it from the cookie at the last moment.
import { on } from "./page.js";

function tokenOfCookie() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return cookie?.split("=")[1];
}

on("htmx:configRequest", ({ detail }) => {
  const token = tokenOfCookie();
  if (!token || detail.verb === "get") return;
  detail.headers["X-CSRFToken"] = token;
  detail.parameters["csrfmiddlewaretoken"] = token;
});

on("submit", ({ target }) => {
  const field = target.querySelector("[name=csrfmiddlewaretoken]");
  const token = tokenOfCookie();
  if (field && token) field.value = token;
});
