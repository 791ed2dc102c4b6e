"""A kit for small sites of server-rendered pages: sign-in, sessions, guard, headers, files, templates, a TLS server.

It knows nothing of messages, of the hub's database or of a case; the operators' console and the sites of adapters
stand on it. A site brings five things:

1. tables for its sign-ins and sessions: `sessions.SessionTables(METADATA, "prefix")`;
2. its `Desk` (`desk.py`): the parts that its pages share, what a role allows (`rights`), and where a line of its
   audit trail goes (`trail`), written before the page is shown;
3. its pages: `Page(path, name, permission, handler, method)`; a handler gets a `Visitor` and returns a response.
   There is no other way to make a route, so no route without a permission, a session and a check of forms;
4. its templates, in a folder of its own: `base.html` that extends `web.html`, and `aanmelden.html`, `fout.html`,
   `geweigerd.html` and `storing.html`, which the kit shows by name;
5. its settings, which fit `site.SiteSettings`.

    desk = Desk(
        database=database,
        clock=clock,
        issuer=issuer_of(settings, settings.roles, "portaal"),
        terms=terms_of(settings, "portaal"),
        assets=Assets({"stijl.css": styles(OWN / "portaal.css")}, part="portaal", tokens=settings.tokens),
        renderer=Renderer(OWN_TEMPLATES, filters={…}),
        origin=settings.url,
        sessions=SessionStore(TABLES),
        rights=allowed,
        trail=add_visit,
    )
    app = make_app(desk, (*entrance.PAGES, *PAGES))
    server = server_of(app, settings, "portaal")

A form is a POST with the hidden field `csrf` (macro `csrf` of `_web.html`); what leaves something changed answers
with `visitor.go(path)` (303), so that a reload sends nothing twice. Colours stand in `static/tokens.css` alone; a file
of one's own with the same names changes the look of a whole site.
"""
