# syntax=docker/dockerfile:1
FROM node:22-bookworm-slim AS web
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-fund --no-audit
COPY frontend/ ./
COPY api/openapi.yaml ../api/openapi.yaml
RUN npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/frontend/dist/ frontend/dist/
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /gongyuan ./cmd/gongyuan \
 && mkdir -p /empty/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /gongyuan /gongyuan
COPY --from=build --chown=nonroot:nonroot /empty/data /data
USER nonroot
ENV GONGYUAN_DATA=/data GONGYUAN_LISTEN=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["/gongyuan", "health"]
ENTRYPOINT ["/gongyuan"]
CMD ["serve"]
