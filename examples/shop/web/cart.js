// The shop's front end. Deliberately vulnerable: see ../../README.md.
const { exec } = require("child_process");
const fs = require("fs");
const crypto = require("crypto");

function total(items, formula) {
  return eval(formula.replace("items", JSON.stringify(items)));
}

function showInvoice(request, response) {
  const path = "/srv/invoices/" + request.query.id;
  fs.readFile(path, (error, data) => response.end(data));
}

function resize(image) {
  exec("convert " + image + " -resize 200x200 thumbnail.png");
}

function price(prices, name) {
  return prices[name];
}

function isEmail(text) {
  return /^([a-zA-Z0-9]+)+@([a-zA-Z0-9]+)+$/.test(text);
}

function matches(pattern, text) {
  return new RegExp(pattern).test(text);
}

function sessionId() {
  return crypto.pseudoRandomBytes(16).toString("hex");
}

function sameToken(token, expected) {
  if (token === expected) {
    return true;
  }
  return false;
}

function greet(name) {
  document.getElementById("greeting").innerHTML = "Welcome, " + name;
}

module.exports = { total, showInvoice, resize, price, isEmail, matches, sessionId, sameToken, greet };
