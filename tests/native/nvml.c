/* A libnvidia-ml.so.1 that plays a script: GPUs with power curves, and what goes wrong with them.

   The script is the file beside the library, with its name and ".script"; it is read when NVML is
   started. tests/fake_nvml.py writes it and says what each line means. Times are seconds on the
   script's clock: CLOCK_MONOTONIC less the script's start, or the number that the test keeps in
   the file ".clock" beside the library.

   -DOLD_DRIVER leaves out what drivers of 2014 did not have. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NO_PERMISSION = 4,
    NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, DRIVER_NOT_LOADED = 9, GPU_IS_LOST = 15,
    LIB_RM_VERSION_MISMATCH = 18, UNKNOWN = 999,
};
enum { GPUS = 16, INSTANCES = 8, POINTS = 4096, SPANS = 16, TEXT = 96, NO_INSTANCE = 0xff };

struct span { double from_s, to_s; int code; };
struct point { double at_s, power_w; };
struct instance { char uuid[TEXT], name[TEXT]; unsigned gpu_slices, compute_slices; };
struct gpu {
    char uuid[TEXT], name[TEXT];
    int has_counter, has_power;
    unsigned long long starts_at_mj;
    double period_s;
    struct point points[POINTS];
    struct span failures[SPANS];
    struct instance instances[INSTANCES];
    int point_count, failure_count, instance_count;
    unsigned slices; /* 0: not in MIG mode */
};
struct attributes {
    unsigned multiprocessors, copy, decoders, encoders, jpeg, ofa, gpu_slices, compute_slices;
    unsigned long long memory_mb;
};

static struct gpu gpus[GPUS];
static struct span restarts[SPANS];
static int gpu_count, restart_count, init_code;
static char driver[TEXT];
static int references;
static double started_s, clock_starts_s; /* when NVML was started; where the script's clock is 0 */
static uintptr_t generation;             /* handles of an earlier start are valid no longer */
static const double *clock_s;            /* the test's clock; NULL for the machine's */

static double now_s(void) {
    struct timespec now;
    if (clock_s)
        return *(volatile const double *)clock_s;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + now.tv_nsec / 1e9 - clock_starts_s;
}

/* Return the code of the span that a time lies in. */
static int code_at(const struct span *spans, int count, double at_s) {
    for (int i = 0; i < count; i++)
        if (spans[i].from_s <= at_s && at_s < spans[i].to_s)
            return spans[i].code;
    return SUCCESS;
}

/* ---- the power curve: straight lines between points, repeated, or held after the last -------- */

static double power_within_w(const struct gpu *gpu, double at_s) {
    const struct point *p = gpu->points;
    int i = gpu->point_count - 1;
    while (i > 0 && p[i].at_s > at_s)
        i--;
    if (i == gpu->point_count - 1)
        return p[i].power_w;
    double share = (at_s - p[i].at_s) / (p[i + 1].at_s - p[i].at_s);
    return p[i].power_w + share * (p[i + 1].power_w - p[i].power_w);
}

static double energy_within_j(const struct gpu *gpu, double until_s) {
    const struct point *p = gpu->points;
    double sum_j = 0;
    for (int i = 0; i < gpu->point_count && p[i].at_s < until_s; i++) {
        int is_whole = i + 1 < gpu->point_count && p[i + 1].at_s <= until_s;
        double to_s = is_whole ? p[i + 1].at_s : until_s;
        double to_w = is_whole ? p[i + 1].power_w : power_within_w(gpu, until_s);
        sum_j += (p[i].power_w + to_w) / 2 * (to_s - p[i].at_s);
    }
    return sum_j;
}

static double power_w(const struct gpu *gpu, double at_s) {
    return power_within_w(gpu, gpu->period_s > 0 ? fmod(at_s, gpu->period_s) : at_s);
}

static double energy_j(const struct gpu *gpu, double until_s) {
    if (gpu->period_s <= 0)
        return energy_within_j(gpu, until_s);
    double rounds = floor(until_s / gpu->period_s);
    return rounds * energy_within_j(gpu, gpu->period_s)
        + energy_within_j(gpu, until_s - rounds * gpu->period_s);
}

static unsigned long long counter_mj(const struct gpu *gpu, double at_s) {
    double since_s = 0;
    for (int i = 0; i < restart_count; i++)
        if (restarts[i].to_s <= at_s && restarts[i].to_s > since_s)
            since_s = restarts[i].to_s;
    double used_j = energy_j(gpu, at_s) - energy_j(gpu, since_s);
    return (since_s > 0 ? 0 : gpu->starts_at_mj) + (unsigned long long)(used_j * 1e3 + 1e-6);
}

/* ---- the script ------------------------------------------------------------------------------ */

static void beside(char *path, size_t size, const char *suffix) {
    Dl_info info;
    dladdr((void *)beside, &info);
    snprintf(path, size, "%s%s", info.dli_fname, suffix);
}

static void use_clock_of_test(void) {
    if (clock_s)
        return;
    char path[4096];
    beside(path, sizeof path, ".clock");
    int file = open(path, O_RDONLY);
    void *page = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(double), PROT_READ, MAP_SHARED, file, 0);
    clock_s = page == MAP_FAILED ? NULL : page;
    if (file >= 0)
        close(file);
}

static void read_line(const char *line) {
    struct gpu *gpu = gpu_count ? &gpus[gpu_count - 1] : &gpus[0];
    struct instance *instance = &gpu->instances[gpu->instance_count % INSTANCES];
    struct point *point = &gpu->points[gpu->point_count % POINTS];
    struct span *failure = &gpu->failures[gpu->failure_count % SPANS];
    struct span *restart = &restarts[restart_count % SPANS];
    struct gpu *next = &gpus[gpu_count % GPUS];
    if (sscanf(line, "gpu %95s %d %d %llu %lf %u %95[^\n]", next->uuid, &next->has_counter,
               &next->has_power, &next->starts_at_mj, &next->period_s, &next->slices,
               next->name) == 7)
        gpu_count++;
    else if (sscanf(line, "power %lf %lf", &point->at_s, &point->power_w) == 2)
        gpu->point_count++;
    else if (sscanf(line, "fails %lf %lf %d", &failure->from_s, &failure->to_s,
                    &failure->code) == 3)
        gpu->failure_count++;
    else if (sscanf(line, "mig %95s %u %u %95[^\n]", instance->uuid, &instance->gpu_slices,
                    &instance->compute_slices, instance->name) == 4)
        gpu->instance_count++;
    else if (sscanf(line, "restart %lf %lf %d", &restart->from_s, &restart->to_s,
                    &restart->code) == 3)
        restart_count++;
    else if (strncmp(line, "clock test", 10) == 0)
        use_clock_of_test();
    else if (sscanf(line, "clock %lf", &clock_starts_s) != 1 &&
             sscanf(line, "driver %95s", driver) != 1)
        sscanf(line, "init_code %d", &init_code);
}

static int read_script(void) {
    char path[4096], line[512];
    beside(path, sizeof path, ".script");
    FILE *script = fopen(path, "r");
    if (!script)
        return DRIVER_NOT_LOADED;
    memset(gpus, 0, sizeof gpus);
    gpu_count = restart_count = init_code = 0;
    while (fgets(line, sizeof line, script))
        read_line(line);
    fclose(script);
    return SUCCESS;
}

/* ---- starting and ending --------------------------------------------------------------------- */

static int was_restarted(void) {
    for (int i = 0; i < restart_count; i++)
        if (started_s < restarts[i].to_s && restarts[i].from_s <= now_s())
            return 1;
    return 0;
}

static int usable(void) { return references == 0 || was_restarted() ? UNINITIALIZED : SUCCESS; }

static int start(void) {
    if (usable() == SUCCESS) {
        references++;
        return SUCCESS;
    }
    int code = read_script();
    if (code == SUCCESS)
        code = code_at(restarts, restart_count, now_s());
    if (code == SUCCESS)
        code = init_code;
    if (code == SUCCESS) {
        references++;
        generation++;
        started_s = now_s();
    }
    return code;
}

int nvmlInit_v2(void) { return start(); }

int nvmlShutdown(void) {
    if (references == 0)
        return UNINITIALIZED;
    references--;
    return SUCCESS;
}

const char *nvmlErrorString(int code) {
    switch (code) {
    case SUCCESS: return "Success";
    case UNINITIALIZED: return "Uninitialized";
    case INVALID_ARGUMENT: return "Invalid Argument";
    case NOT_SUPPORTED: return "Not Supported";
    case NO_PERMISSION: return "Insufficient Permissions";
    case NOT_FOUND: return "Not Found";
    case INSUFFICIENT_SIZE: return "Insufficient Size";
    case DRIVER_NOT_LOADED: return "Driver Not Loaded";
    case GPU_IS_LOST: return "GPU is lost";
    case LIB_RM_VERSION_MISMATCH: return "Driver/library version mismatch";
    default: return "Unknown Error";
    }
}

/* ---- handles: generation, GPU and instance in one number ------------------------------------- */

static void *handle_of(int gpu, int instance) {
    return (void *)(generation << 16 | (uintptr_t)gpu << 8 | (uintptr_t)instance);
}

/* Find what a handle means; the instance is NULL for a whole GPU. */
static int look_up(void *handle, struct gpu **gpu, struct instance **instance) {
    uintptr_t number = (uintptr_t)handle, i = number >> 8 & 0xff, j = number & 0xff;
    if (usable() != SUCCESS)
        return UNINITIALIZED;
    if (number >> 16 != generation || i >= (uintptr_t)gpu_count)
        return INVALID_ARGUMENT;
    *gpu = &gpus[i];
    *instance = j == NO_INSTANCE ? NULL : &gpus[i].instances[j];
    return code_at(gpus[i].failures, gpus[i].failure_count, now_s());
}

static int give_handle(int i, int j, void **handle) {
    struct gpu *gpu;
    struct instance *instance;
    *handle = handle_of(i, j);
    return look_up(*handle, &gpu, &instance);
}

static int give_text(const char *text, char *out, unsigned size) {
    if (strlen(text) >= size)
        return INSUFFICIENT_SIZE;
    strcpy(out, text);
    return SUCCESS;
}

int nvmlSystemGetDriverVersion(char *out, unsigned size) {
    return usable() == SUCCESS ? give_text(driver, out, size) : UNINITIALIZED;
}

int nvmlDeviceGetCount_v2(unsigned *count) {
    *count = (unsigned)gpu_count;
    return usable();
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle) {
    if (usable() != SUCCESS)
        return UNINITIALIZED;
    return index < (unsigned)gpu_count ? give_handle((int)index, NO_INSTANCE, handle)
                                       : INVALID_ARGUMENT;
}

int nvmlDeviceGetHandleByUUID(const char *uuid, void **handle) {
    if (usable() != SUCCESS)
        return UNINITIALIZED;
    for (int i = 0; i < gpu_count; i++) {
        if (strcmp(gpus[i].uuid, uuid) == 0)
            return give_handle(i, NO_INSTANCE, handle);
        for (int j = 0; j < gpus[i].instance_count; j++)
            if (strcmp(gpus[i].instances[j].uuid, uuid) == 0)
                return give_handle(i, j, handle);
    }
    return NOT_FOUND;
}

/* Every function of a device begins by looking up its handle. */
#define LOOK_UP(handle)                                                                            \
    struct gpu *gpu;                                                                               \
    struct instance *instance;                                                                     \
    int code = look_up(handle, &gpu, &instance);                                                   \
    if (code != SUCCESS)                                                                           \
        return code;

int nvmlDeviceGetUUID(void *handle, char *out, unsigned size) {
    LOOK_UP(handle)
    return give_text(instance ? instance->uuid : gpu->uuid, out, size);
}

int nvmlDeviceGetName(void *handle, char *out, unsigned size) {
    LOOK_UP(handle)
    return give_text(instance ? instance->name : gpu->name, out, size);
}

int nvmlDeviceGetPowerUsage(void *handle, unsigned *power_mw) {
    LOOK_UP(handle)
    if (!gpu->has_power || instance)
        return NOT_SUPPORTED;
    *power_mw = (unsigned)lround(power_w(gpu, now_s()) * 1e3);
    return SUCCESS;
}

#ifndef OLD_DRIVER

int nvmlInitWithFlags(unsigned flags) { return flags <= 7 ? start() : INVALID_ARGUMENT; }

int nvmlDeviceGetTotalEnergyConsumption(void *handle, unsigned long long *energy_mj) {
    LOOK_UP(handle)
    if (!gpu->has_counter || instance)
        return NOT_SUPPORTED;
    *energy_mj = counter_mj(gpu, now_s());
    return SUCCESS;
}

int nvmlDeviceGetMigMode(void *handle, unsigned *current, unsigned *pending) {
    LOOK_UP(handle)
    if (instance)
        return INVALID_ARGUMENT;
    *current = *pending = gpu->slices > 0;
    return SUCCESS;
}

int nvmlDeviceGetMaxMigDeviceCount(void *handle, unsigned *count) {
    LOOK_UP(handle)
    *count = gpu->slices;
    return SUCCESS;
}

int nvmlDeviceGetMigDeviceHandleByIndex(void *handle, unsigned index, void **mig) {
    LOOK_UP(handle)
    if (index >= (unsigned)gpu->instance_count)
        return NOT_FOUND;
    return give_handle((int)(gpu - gpus), (int)index, mig);
}

int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(void *mig, void **handle) {
    LOOK_UP(mig)
    if (!instance)
        return INVALID_ARGUMENT;
    return give_handle((int)(gpu - gpus), NO_INSTANCE, handle);
}

int nvmlDeviceGetAttributes_v2(void *handle, struct attributes *out) {
    LOOK_UP(handle)
    if (!instance)
        return NOT_SUPPORTED;
    *out = (struct attributes){.multiprocessors = 14 * instance->compute_slices, .copy = 1,
                               .decoders = 2, .encoders = 3, .jpeg = 4, .ofa = 5,
                               .gpu_slices = instance->gpu_slices,
                               .compute_slices = instance->compute_slices, .memory_mb = 9728};
    return SUCCESS;
}

#endif
