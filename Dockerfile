# The site as one image with nothing but the program and what it is linked with: no shell, no
# packages. scripts/image-test builds it and tries it out.

# What decides which dependencies are built, and how: the manifests, with empty sources. Times are
# set, so that this stage gives the same files as long as no manifest changes.
FROM rust:1.95-slim-bookworm AS manifests
WORKDIR /site
COPY . .
RUN find . -type f ! -name Cargo.toml ! -name Cargo.lock ! -name build.rs \
        ! -path './.cargo/*' -delete \
    && find . -mindepth 2 -name Cargo.toml \
        -execdir mkdir -p src \; -execdir touch src/lib.rs \; \
    && mkdir -p src && touch src/lib.rs && echo 'fn main() {}' > src/main.rs \
    && find . -type d -empty -delete \
    && find . -exec touch --date=@0 {} +

FROM rust:1.95-slim-bookworm AS build
WORKDIR /site
COPY --from=manifests /site .
# Cargo goes by times, and what it made of empty sources is newer than the sources to come.
RUN cargo build --profile image --locked --package holiday-homes \
    && cargo clean --profile image --workspace
COPY . .
# The commit, which the program says in its reports.
ARG GIT_REVISION
RUN cargo build --profile image --frozen --package holiday-homes \
    && objcopy --compress-debug-sections=zlib target/image/holiday-homes

FROM debian:bookworm-slim AS root
# There is one version of the certificates for a release of Debian, which is not kept once there is a
# newer one.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /site/target/image/holiday-homes /image/holiday-homes
WORKDIR /image
# The libraries that the program names; names of hosts from /etc/hosts before they are asked for; and
# two folders in which any user may write, since platforms choose one by chance.
RUN ldd holiday-homes > /libraries \
    && grep --only-matching '/[^ ]*' /libraries > /paths \
    && xargs --arg-file=/paths cp --dereference --parents --target-directory=. \
    && mkdir -p etc/ssl/certs \
    && cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/ \
    && echo 'hosts: files dns' > etc/nsswitch.conf \
    && echo 'site:x:10001:10001::/data:/holiday-homes' > etc/passwd \
    && echo 'site:x:10001:' > etc/group \
    && install --directory --mode=1777 tmp \
    && install --directory --mode=1777 --owner=10001 --group=10001 data

FROM scratch
COPY --from=root /image/ /
ENV ROCKET_PROFILE=production \
    ROCKET_ADDRESS=0.0.0.0 \
    DATABASE_URL=sqlite:/data/db.sqlite3
VOLUME /data
EXPOSE 8000
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["/holiday-homes", "healthcheck"]
ENTRYPOINT ["/holiday-homes"]
CMD ["serve"]
ARG GIT_REVISION
LABEL org.opencontainers.image.title="Holiday Homes" \
      org.opencontainers.image.description="Lettings, the people who let and rent, and an admin for staff" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.revision="${GIT_REVISION}"
