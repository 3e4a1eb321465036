import ScriberrServices
import ServiceLifecycle

/// Sends webhooks until the shutdown.
struct CourierService: Service {
    let courier: WebhookCourier

    func run() async throws {
        await cancelWhenGracefulShutdown { await courier.run() }
    }
}
