// What every other module asks of the page.

export const byId = (id) => document.getElementById(id);
export const on = (name, listener) => document.addEventListener(name, listener);
export const isPoll = (element) => element.matches("[hx-trigger^=every]");
export const modalElement = byId("modal");
export const words = document.body.dataset;
