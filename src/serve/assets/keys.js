/* SPDX-License-Identifier: ISC */
/* Keys, marking without a reload, and the progress line.  Optional: every
   page works without it. */
"use strict";
(function () {
	var root = document.body.dataset.root || "";
	var items = Array.prototype.slice.call(
	    document.querySelectorAll("[data-id]"));
	var at = -1;

	function select(n) {
		if (n < 0 || n >= items.length)
			return;
		if (at >= 0)
			items[at].classList.remove("at");
		at = n;
		items[at].classList.add("at");
		items[at].scrollIntoView({block: "nearest"});
		var link = items[at].querySelector("h1 a, h2 a, h3 a");
		if (link)
			link.focus({preventScroll: true});
	}

	function send(item, mark) {
		var form = item.querySelector("form.marks");
		var data = new URLSearchParams();
		if (!form)
			return;
		data.set("csrf", form.elements.csrf.value);
		data.set("mark", mark);
		data.set("quiet", "1");
		fetch(form.action, {method: "POST", body: data,
		    credentials: "same-origin"}).then(function (r) {
			if (r.ok)
				show(item, mark);
		});
	}

	function show(item, mark) {
		var star = mark === "star" || mark === "unstar";
		var on = mark === "star" || mark === "read";
		var button = item.querySelector(star ? ".star" : ".seen");
		var name = star ? (on ? "Remove star" : "Star")
				: (on ? "Mark unread" : "Mark read");
		button.value = star ? (on ? "unstar" : "star")
				    : (on ? "unread" : "read");
		button.setAttribute("aria-pressed", on ? "true" : "false");
		button.title = name;
		button.querySelector(".hide").textContent = name;
		if (!star)
			item.classList.toggle("read", on);
	}

	document.addEventListener("click", function (e) {
		var button = e.target.closest("form.marks button");
		if (!button)
			return;
		e.preventDefault();
		send(button.closest("[data-id]"), button.value);
	});

	document.addEventListener("keydown", function (e) {
		var item = items[at] ||
		    document.querySelector("[data-open]");
		var link;
		if (e.ctrlKey || e.metaKey || e.altKey ||
		    e.target.closest("input, textarea, select"))
			return;
		if (e.key === "j") {
			select(at + 1);
		} else if (e.key === "k") {
			select(at - 1);
		} else if (e.key === "n") {
			link = document.querySelector("a[rel=next]");
			if (link)
				location.href = link.href;
		} else if (e.key === "/") {
			e.preventDefault();
			document.querySelector(".find input").focus();
		} else if (item && e.key === "o") {
			link = item.querySelector("h1 a, h2 a, h3 a");
			if (link)
				location.href = link.href;
		} else if (item && e.key === "m") {
			send(item, item.querySelector(".seen").value);
		} else if (item && e.key === "s") {
			send(item, item.querySelector(".star").value);
		}
	});

	/* A picture that is not to be had leaves no hole. */
	document.querySelectorAll("img.thumb").forEach(function (img) {
		function gone() { img.remove(); }
		if (img.complete && img.naturalWidth === 0)
			gone();
		else
			img.addEventListener("error", gone);
	});

	var open = document.querySelector("[data-open]");
	if (open && !open.classList.contains("read"))
		send(open, "read");

	document.querySelectorAll("time[datetime]").forEach(function (t) {
		t.title = new Date(t.dateTime).toLocaleString();
	});

	var line = document.getElementById("progress");
	function poll() {
		fetch(root + "/api/v1/sync", {credentials: "same-origin"})
		    .then(function (r) { return r.json(); })
		    .then(function (p) {
			line.hidden = !p.running;
			if (!p.running)
				return;
			var bar = document.createElement("progress");
			var text = document.createElement("span");
			bar.max = p.feeds;
			bar.value = p.done;
			text.textContent = "Polling: " + p.done + " of " +
			    p.feeds + " feeds, " + p.new + " new";
			line.replaceChildren(bar, " ", text);
			setTimeout(poll, 2000);
		});
	}
	if (line && !line.hidden)
		setTimeout(poll, 2000);
})();
