// A login in another tab changes the token: take it from the cookie at the last moment.
import { on } from "./page.js";

on("htmx:configRequest", ({ detail }) => {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  if (!cookie || detail.verb === "get") return;
  const token = cookie.split("=")[1];
  detail.headers["X-CSRFToken"] = token;
  detail.parameters["csrfmiddlewaretoken"] = token;
});
