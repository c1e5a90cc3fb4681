// Reloads the page once its templates or assets were edited, or the program has started anew.
// A page that nobody sees does not listen: browsers have few connections to a site.
{
    const shown = document.currentScript.dataset.state;
    let events;
    const listen = () => {
        events?.close();
        if (document.hidden) return;
        events = new EventSource("/_reload");
        events.onmessage = ({ data }) => {
            if (data !== shown) location.reload();
        };
    };
    document.addEventListener("visibilitychange", listen);
    listen();
}
