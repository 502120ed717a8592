# The image of Presage, and its way to a cluster. `make` tells what there is.

# docker, podman, or buildah, which builds and pushes only.
ENGINE ?= docker
# Where the image goes, e.g. registry.example.com/team/presage, and under which version.
IMAGE ?= presage
TAG ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo latest)
# cpu or gpu.
TARGET ?= cpu
# What the image is built on; see deploy/Dockerfile.
NODE_IMAGE ?= node
NODE_TAG ?= 24-bookworm-slim
NODE_DIGEST ?=
# An .npmrc and certificates for a registry of your own, which stay out of the image.
NPMRC ?=
CA ?=
# What `make run` serves, and where.
MODELS ?= examples/models
PORT ?= 8080
# What `make deploy` deploys to.
NAMESPACE ?= default

comma := ,
REVISION := $(shell git rev-parse HEAD 2>/dev/null)
FORMAT := $(if $(filter docker,$(ENGINE)),,--format docker)
SECRETS := $(if $(NPMRC),--secret id=npmrc$(comma)src=$(NPMRC)) $(if $(CA),--secret id=ca$(comma)src=$(CA))
OVERLAY := .tools/deploy

.DEFAULT_GOAL := help
.PHONY: help image run push deploy digest test clean

help: ## tell what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Variables: ENGINE=$(ENGINE) IMAGE=$(IMAGE) TAG=$(TAG) TARGET=$(TARGET) NODE_IMAGE=$(NODE_IMAGE) NODE_TAG=$(NODE_TAG)"
	@echo "           NODE_DIGEST=$(NODE_DIGEST) NPMRC=$(NPMRC) CA=$(CA) MODELS=$(MODELS) PORT=$(PORT) NAMESPACE=$(NAMESPACE)"

image: ## build the image IMAGE:TAG
	$(ENGINE) build $(FORMAT) --file deploy/Dockerfile --target $(TARGET) \
		--build-arg NODE_IMAGE=$(NODE_IMAGE) --build-arg NODE_TAG=$(NODE_TAG) --build-arg NODE_DIGEST=$(NODE_DIGEST) \
		--build-arg VERSION=$(TAG) --build-arg REVISION=$(REVISION) $(SECRETS) \
		--tag $(IMAGE):$(TAG) --tag $(IMAGE):latest .

run: ## serve MODELS with the image, on PORT, until Ctrl+C
	$(ENGINE) run --rm --read-only --cap-drop ALL --security-opt no-new-privileges \
		--publish 127.0.0.1:$(PORT):8080 --volume $(abspath $(MODELS)):/models:ro --volume presage-data:/data \
		$(IMAGE):$(TAG)

push: image ## build the image, and push it to the registry that IMAGE names
	$(ENGINE) push $(IMAGE):$(TAG)

deploy: push ## push, and roll IMAGE:TAG out to the cluster that kubectl talks to
	@mkdir -p $(OVERLAY)
	@printf 'resources: [../../deploy/kubernetes]\nimages: [{ name: presage, newName: "%s", newTag: "%s" }]\n' \
		"$(IMAGE)" "$(TAG)" > $(OVERLAY)/kustomization.yaml
	kubectl apply --namespace $(NAMESPACE) -k $(OVERLAY)
	kubectl rollout status --namespace $(NAMESPACE) deployment/presage

digest: ## print the digest of NODE_IMAGE:NODE_TAG, to pin it: make image NODE_DIGEST=…
	@docker buildx imagetools inspect $(NODE_IMAGE):$(NODE_TAG) --format '{{.Manifest.Digest}}'

test: ## install everything, and run the tests
	npm cit

clean: ## delete what was compiled, and the image
	rm -rf sdk/dist server/dist $(OVERLAY)
	-$(ENGINE) rmi $(IMAGE):$(TAG) $(IMAGE):latest
